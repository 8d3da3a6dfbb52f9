#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "actors/events.hpp"
#include "actors/journal/journal.hpp"
#include "actors/study/inputs.hpp"
#include "runtime/core/result.hpp"
#include "schedulers/events.hpp"

namespace troupe::actors {

/// Where a study keeps its rows: a journal on disk, or, in a simulation, nowhere.
class StudyLog {
 public:
  virtual ~StudyLog() = default;

  /// Rows that were committed; the index of the first that was not.
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// The next row; it counts from `commit` on.
  virtual void add(std::uint64_t index, std::int64_t time_us, const Input& input,
                   const std::vector<schedulers::Decision>& decisions,
                   const std::vector<StudyEvent>& events) = 0;
  /// What was added is durable. After an error it is unknown whether it is.
  virtual Result<void> commit() = 0;
  /// Calls `take` for the rows from `first` on, in order, those that are not committed among them;
  /// stops where it fails.
  virtual Result<void> each(std::uint64_t first,
                            const std::function<Result<void>(const Row&)>& take) = 0;
};

}  // namespace troupe::actors
