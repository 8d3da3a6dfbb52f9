#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/journal/journal.hpp"
#include "actors/study/study_core.hpp"
#include "actors/study_file/study_spec.hpp"
#include "schedulers/scheduler.hpp"
#include "schedulers/searchers/searcher.hpp"

namespace troupe::actors {

/// A row of the journal that the pure code, fed the same inputs, derives differently.
struct Difference {
  std::uint64_t index = 0;
  std::string what;     ///< "decisions", "events", "suggestion", "input".
  std::string journal;  ///< As journaled, JSON.
  std::string replay;   ///< As derived again, JSON.
};

/// Derives a journal again, row by row: the same scheduler, searcher and lifecycle, fed its inputs.
/// After a difference it goes on with what the journal says.
class Replay {
 public:
  /// `spec` is the study's own file; `seed` the one of its first row.
  Replay(const StudySpec& spec, std::uint64_t seed);

  /// The differences of this row.
  [[nodiscard]] std::vector<Difference> on(const Row& row);

  [[nodiscard]] const StudyCore& core() const { return core_; }
  [[nodiscard]] const schedulers::Scheduler& scheduler() const { return *scheduler_; }
  [[nodiscard]] std::uint64_t decisions() const { return decisions_; }

 private:
  StudyCore core_;
  std::unique_ptr<schedulers::Scheduler> scheduler_;
  std::unique_ptr<schedulers::Searcher> searcher_;
  std::uint64_t decisions_ = 0;
};

}  // namespace troupe::actors
