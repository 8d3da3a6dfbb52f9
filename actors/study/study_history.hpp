#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>

#include "actors/journal/journal.hpp"
#include "actors/study/study_log.hpp"
#include "actors/study/study_row.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// Why a study cannot go on in this process: the disk is full, the journal is of another version,
/// the scheduler is lost. Thrown, it ends the study actor; what is durable stays, to be resumed.
struct StudyAbandoned : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The value of `result`. Throws StudyAbandoned with its error.
template <typename T>
T value_or_abandon(Result<T> result) {
  if (!result) throw StudyAbandoned(result.error().what);
  if constexpr (!std::is_void_v<T>) return std::move(result).value();
}

/// The rows of a study that this head has taken or replayed, in its log. Errors of the log are
/// thrown as StudyAbandoned.
class StudyHistory {
 public:
  /// `log` is empty, or holds the study so far.
  explicit StudyHistory(std::unique_ptr<StudyLog> log) : log_(std::move(log)) {}

  /// Whether the log has no committed row.
  [[nodiscard]] bool is_new() const { return log_->size() == 0; }
  /// Index of the next row: the number of rows that were taken or replayed.
  [[nodiscard]] std::uint64_t next_index() const { return next_index_; }

  /// Adds the next row; it counts from `commit` on.
  void add(const StudyRow& row);
  /// Makes the rows that were added durable. If that fails, none of them counts.
  void commit();

  /// Calls `use` with each committed row that was not replayed yet, in order, and counts it as
  /// replayed, while `use` returns true. False if `use` returned false.
  [[nodiscard]] bool replay(const std::function<bool(const Row&)>& use);
  /// Calls `use` with each row that was taken or replayed, committed or not, in order.
  void for_each(const std::function<void(const Row&)>& use) const;
  /// Calls `use` with each committed row from index `first` on, in order.
  void for_each_committed(std::uint64_t first, const std::function<void(const Row&)>& use) const;

 private:
  std::unique_ptr<StudyLog> log_;
  std::uint64_t next_index_ = 0;
};

}  // namespace troupe::actors
