#include "runtime/engine/outside_asks.hpp"

#include <utility>

#include "runtime/dispatch/awaits.hpp"

namespace troupe::runtime {

CorrelationId OutsideAsks::open(Callback callback) {
  const std::lock_guard lock(mutex_);
  const CorrelationId id{(std::uint64_t{home} << Awaits::home_shift) | ++last_};
  pending_.emplace(id.value, std::move(callback));
  return id;
}

bool OutsideAsks::close(CorrelationId id) {
  const std::lock_guard lock(mutex_);
  return pending_.erase(id.value) > 0;
}

void OutsideAsks::answer(Envelope::Ptr answer) {
  Callback callback;
  {
    const std::lock_guard lock(mutex_);
    auto entry = pending_.extract(answer->ask.value);
    if (entry.empty()) return;
    callback = std::move(entry.mapped());
  }
  callback(std::move(answer));
}

}  // namespace troupe::runtime
