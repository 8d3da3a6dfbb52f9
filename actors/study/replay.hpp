#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/journal/journal.hpp"
#include "actors/study/late_suggestions.hpp"
#include "actors/study/study_core.hpp"
#include "actors/study/suggester.hpp"
#include "actors/study_file/study_spec.hpp"
#include "runtime/core/result.hpp"
#include "schedulers/scheduler.hpp"

namespace troupe::actors {

/// A part of a journaled row that the pure code derives differently from the same inputs.
struct Difference {
  std::uint64_t index = 0;
  std::string what;     ///< "decisions", "events", "suggestion", "input".
  std::string journal;  ///< The journal's value, as JSON.
  std::string replay;   ///< The value that was derived now, as JSON.
};

/// Derives the rows of a journal again from their inputs, with the same scheduler, searcher and
/// StudyCore. After a difference it continues with the journal's value. What a user's own scheduler
/// or searcher decided is not derived again, but taken from the journal.
class Replay {
 public:
  /// `spec`: with the incumbents of the memory. `seed`: that of row 0.
  Replay(const StudySpec& spec, std::uint64_t seed);
  /// For the journal that begins with `first`, which must be row 0 of format 3.
  static Result<Replay> of(const Row& first);

  /// The names of the user's own scheduler and searcher, whose decisions are not derived again.
  [[nodiscard]] const std::vector<std::string>& own_actors() const { return own_actors_; }

  /// Also derives the suggestions of a searcher that learns, which takes as long as the search did.
  void recompute_learned() { recomputes_learned_ = true; }
  /// Whether suggestions are taken from the journal because their searcher learns.
  [[nodiscard]] bool skips_suggestions() const { return learning_ && !recomputes_learned_; }
  /// Suggestions that were derived again.
  [[nodiscard]] std::uint64_t suggestions() const { return suggestions_; }

  /// Derives the next row. Returns its differences. Throws StudyAbandoned, which names the row, if
  /// a check fails: nothing can be derived after it.
  [[nodiscard]] std::vector<Difference> on(const Row& row);

  [[nodiscard]] const StudyCore& core() const { return core_; }
  [[nodiscard]] const schedulers::Scheduler& scheduler() const { return *scheduler_; }
  [[nodiscard]] std::uint64_t decisions() const { return decisions_; }

 private:
  struct RowFacts {
    std::uint64_t index = 0;
    std::vector<schedulers::SearchFact> facts;
  };
  [[nodiscard]] std::optional<Suggestion> suggested_again(const Suggestion& recorded);
  void learn_below(std::uint64_t rows);
  [[nodiscard]] std::vector<Difference> derive(const Row& row);

  StudyCore core_;
  std::unique_ptr<schedulers::Scheduler> scheduler_;  ///< Null: the user's own.
  std::optional<Suggester> searcher_;                 ///< None: the user's own.
  std::optional<LateSuggestions> late_;               ///< Likewise.
  bool learning_ = false;                             ///< The searcher is one that learns.
  bool recomputes_learned_ = false;
  std::uint64_t suggestions_ = 0;
  std::deque<RowFacts> untold_;  ///< That the searcher does not know yet.
  std::vector<std::string> own_actors_;
  std::uint64_t decisions_ = 0;
};

}  // namespace troupe::actors
