#include "actors/study/memory_log.hpp"

#include "actors/json.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {

void MemoryLog::add(std::uint64_t index, std::int64_t time_us, const Input& input,
                    const std::vector<schedulers::Decision>& decisions,
                    const std::vector<StudyEvent>& events) {
  check(index == rows_.size(), "rows are numbered without a gap");
  rows_.push_back(Entry{time_us, input, decisions, events});
}

Result<void> MemoryLog::commit() {
  committed_ = rows_.size();
  return {};
}

Result<void> MemoryLog::each(std::uint64_t first,
                             const std::function<Result<void>(const Row&)>& take) {
  for (std::uint64_t index = first; index < rows_.size(); ++index) {
    const Entry& entry = rows_[index];
    const Row row{index, entry.time_us, to_json(entry.input), to_json(entry.decisions),
                  to_json(entry.events)};
    if (auto taken = take(row); !taken) return taken;
  }
  return {};
}

}  // namespace troupe::actors
