#include "actors/study/durable_log.hpp"

#include <utility>

#include "actors/json.hpp"

namespace troupe::actors {

DurableLog::DurableLog(Journal journal) : journal_(std::move(journal)) {}

std::uint64_t DurableLog::size() const {
  return journal_.size();
}

void DurableLog::add(std::uint64_t index, std::int64_t time_us, const Input& input,
                     const std::vector<schedulers::Decision>& decisions,
                     const std::vector<StudyEvent>& events) {
  rows_.push_back(Row{index, time_us, to_json(input), to_json(decisions), to_json(events)});
}

Result<void> DurableLog::commit() {
  auto appended = journal_.append(rows_);
  if (appended) rows_.clear();
  return appended;
}

Result<void> DurableLog::each(std::uint64_t first,
                              const std::function<Result<void>(const Row&)>& take) {
  if (auto read = journal_.each(first, take); !read) return read;
  for (const Row& row : rows_) {
    if (row.index < first) continue;
    if (auto taken = take(row); !taken) return taken;
  }
  return {};
}

}  // namespace troupe::actors
