#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "actors/journal/journal.hpp"
#include "actors/study/study_row.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// Where a study keeps its rows: a journal on disk or, in a simulation, nowhere.
class StudyLog {
 public:
  virtual ~StudyLog() = default;

  /// Number of committed rows, which is the index of the first row that is not committed.
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// Adds the next row; it counts from `commit` on.
  virtual void add(const StudyRow& row) = 0;
  /// Makes the rows that were added durable. After an error it is unknown whether they are.
  virtual Result<void> commit() = 0;
  /// Calls `take` for the rows from `first` on, in order, committed or not. Stops where `take`
  /// fails, and returns its error.
  virtual Result<void> each(std::uint64_t first,
                            const std::function<Result<void>(const Row&)>& take) = 0;
};

/// Rows as JSON in a journal. All rows that were added since the last commit share one transaction.
class DurableLog final : public StudyLog {
 public:
  /// `journal` is empty, or holds the study so far.
  explicit DurableLog(Journal journal) : journal_(std::move(journal)) {}

  [[nodiscard]] std::uint64_t size() const override { return journal_.size(); }
  void add(const StudyRow& row) override;
  Result<void> commit() override;
  Result<void> each(std::uint64_t first,
                    const std::function<Result<void>(const Row&)>& take) override;

 private:
  Journal journal_;
  std::vector<Row> added_;  ///< Not committed yet.
};

/// Counts rows and does not keep them, for simulations, which need only what the rows cause. Such a
/// study cannot be resumed, and ends if its scheduler fails, because its rows cannot be replayed.
class NullJournal final : public StudyLog {
 public:
  [[nodiscard]] std::uint64_t size() const override { return committed_; }
  void add(const StudyRow& row) override { added_ = row.index + 1; }
  Result<void> commit() override;
  Result<void> each(std::uint64_t first,
                    const std::function<Result<void>(const Row&)>& take) override;

 private:
  std::uint64_t added_ = 0;
  std::uint64_t committed_ = 0;
};

}  // namespace troupe::actors
