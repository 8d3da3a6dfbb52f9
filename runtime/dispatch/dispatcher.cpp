#include "runtime/dispatch/dispatcher.hpp"

#include <utility>

#include "runtime/core/check.hpp"

namespace troupe::runtime {

CorrelationId Awaits::open(Await& await) {
  if (free_.empty()) {
    check(slots_.size() < 0xff'ffffU, "at most 16 million handlers of a dispatcher wait at once");
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  slots_[index].await = &await;
  return CorrelationId{(std::uint64_t{dispatcher_} << dispatcher_shift) |
                       (std::uint64_t{index} << 32) | slots_[index].generation};
}

void Awaits::close(CorrelationId id) {
  const std::uint32_t index = slot_of(id);
  check(index < slots_.size() && slots_[index].generation == static_cast<std::uint32_t>(id.value),
        "an await is closed once");
  slots_[index].await = nullptr;
  if (++slots_[index].generation == 0) slots_[index].generation = 1;  // No id is zero.
  free_.push_back(index);
}

Await* Awaits::claim(CorrelationId id) {
  const std::uint32_t index = slot_of(id);
  if (index >= slots_.size()) return nullptr;
  Slot& slot = slots_[index];
  if (slot.generation != static_cast<std::uint32_t>(id.value)) return nullptr;
  return std::exchange(slot.await, nullptr);
}

Await* Awaits::claim_any() {
  for (Slot& slot : slots_)
    if (slot.await != nullptr) return std::exchange(slot.await, nullptr);
  return nullptr;
}

}  // namespace troupe::runtime
