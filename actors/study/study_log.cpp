#include "actors/study/study_log.hpp"

#include "actors/json.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {

void DurableLog::add(const StudyRow& row) {
  check(row.index == journal_.size() + added_.size(), "rows are added in order, without a gap");
  added_.push_back(
      Row{row.index, row.time_us, to_json(row.input), to_json(row.decisions), to_json(row.events)});
}

Result<void> DurableLog::commit() {
  auto appended = journal_.append(added_);
  if (appended) added_.clear();
  return appended;
}

Result<void> DurableLog::each(std::uint64_t first,
                              const std::function<Result<void>(const Row&)>& take) {
  if (auto read = journal_.each(first, take); !read) return read;
  for (const Row& row : added_) {
    if (row.index < first) continue;
    if (auto taken = take(row); !taken) return taken;
  }
  return {};
}

Result<void> NullJournal::commit() {
  check(added_ >= committed_, "rows are added in order");
  committed_ = added_;
  return {};
}

Result<void> NullJournal::each(std::uint64_t first,
                               const std::function<Result<void>(const Row&)>& /*take*/) {
  if (first >= added_) return {};
  return Error{ErrorKind::refused, "the rows of a simulation are not kept"};
}

}  // namespace troupe::actors
