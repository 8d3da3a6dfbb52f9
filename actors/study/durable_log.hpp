#pragma once

#include <vector>

#include "actors/journal/journal.hpp"
#include "actors/study/study_log.hpp"

namespace troupe::actors {

/// Rows as JSON in a journal; all that were added since the last commit share one transaction.
class DurableLog final : public StudyLog {
 public:
  /// The journal is empty, or holds the study so far.
  explicit DurableLog(Journal journal);

  [[nodiscard]] std::uint64_t size() const override;
  void add(std::uint64_t index, std::int64_t time_us, const Input& input,
           const std::vector<schedulers::Decision>& decisions,
           const std::vector<StudyEvent>& events) override;
  Result<void> commit() override;
  Result<void> each(std::uint64_t first,
                    const std::function<Result<void>(const Row&)>& take) override;

 private:
  Journal journal_;
  std::vector<Row> rows_;  ///< Not durable yet.
};

}  // namespace troupe::actors
