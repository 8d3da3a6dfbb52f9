#include "actors/study/study_history.hpp"

#include "runtime/core/check.hpp"

namespace troupe::actors {

void StudyHistory::add(const StudyRow& row) {
  check(row.index == next_index_, "rows of a study are numbered without a gap");
  log_->add(row);
  ++next_index_;
}

void StudyHistory::commit() {
  value_or_abandon(log_->commit());
  check(log_->size() <= next_index_, "only rows that were added are committed");
}

bool StudyHistory::replay(const std::function<bool(const Row&)>& use) {
  bool complete = true;
  value_or_abandon(log_->each(next_index_, [&](const Row& row) -> Result<void> {
    if (!complete) return {};
    check(row.index == next_index_, "rows are replayed in order");
    complete = use(row);
    if (complete) ++next_index_;
    return {};
  }));
  return complete;
}

void StudyHistory::for_each(const std::function<void(const Row&)>& use) const {
  if (next_index_ == 0) return;
  value_or_abandon(log_->each(0, [&](const Row& row) -> Result<void> {
    if (row.index < next_index_) use(row);
    return {};
  }));
}

void StudyHistory::for_each_committed(std::uint64_t first,
                                      const std::function<void(const Row&)>& use) const {
  const std::uint64_t committed = log_->size();
  if (first >= committed) return;
  value_or_abandon(log_->each(first, [&](const Row& row) -> Result<void> {
    if (row.index < committed) use(row);
    return {};
  }));
}

}  // namespace troupe::actors
