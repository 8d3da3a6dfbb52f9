#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "actors/events.hpp"
#include "actors/study/inputs.hpp"
#include "runtime/core/field.hpp"
#include "schedulers/trial_state.hpp"

namespace troupe::actors {

/// What a study knows about a trial.
struct TrialRecord {
  TrialId id = 0;
  TrialState state = TrialState::running;
  /// State after the end of the process, which was ordered: paused, stopped or completed; pending
  /// if the study is interrupted. None while the process may run on, and without a process.
  std::optional<TrialState> next_state;
  Config config;
  std::string node;  ///< The node of the latest attempt.
  std::uint32_t attempt = 0;
  std::uint32_t retries = 0;        ///< Number of retries that were used up.
  std::uint32_t idle_restarts = 0;  ///< Restarts in a row that used up no retry, without a report.
  std::uint64_t launched_row = 0;   ///< The row with which the latest attempt was launched.
  Resource started_from = 0;        ///< Resource at which the latest attempt began.
  Resource reported = 0;            ///< Last report of the latest attempt; first `started_from`.
  double cost = 0;                  ///< Of the latest attempt, as last reported.
  std::uint64_t reports = 0;        ///< Number of Reported rows of the latest attempt.
  std::uint64_t warnings = 0;       ///< Number of ReportMalformed rows of the latest attempt.
  std::uint64_t counted = 0;        ///< Number of these that the scheduler did not ignore.
  /// Highest resource that was reported, or that a program was told to run to and ended at.
  Resource resource = 0;
  double metric = 0;             ///< The last value up to `resource`; 0 before the first report.
  Resource until = 0;            ///< The next milestone.
  Resource told = 0;             ///< `until` at the start of the latest attempt.
  bool reported_on_way = false;  ///< Whether an attempt towards `until` had a counted report.
  std::string stop_reason;
  bool cut_short = false;  ///< A limit of the study stopped it: it goes on if the limit is raised.
  /// Resources at which a later report counts (report.repeats: last).
  std::set<Resource> replaced;
  std::set<std::string> warned;  ///< Kinds of warnings that it got and that are given once.

  /// The latest attempt resumes from the newest checkpoint of the attempts up to this one.
  std::uint32_t source_max = 0;
  /// A checkpoint that is not ahead of the reports: the reports and the end of its attempt are in
  /// the journal, and the attempt was neither lost nor interrupted.
  struct Checkpoint {
    std::uint32_t attempt = 0;  ///< 0: none; the trial begins from nothing.
    Resource resource = 0;      ///< The trial's `resource` at its end.
  };
  Checkpoint checkpoint;
  /// Whether a checkpoint was ahead of the reports, on the way to `until`. From then on,
  /// `checkpoint` is used instead of those of lost attempts, until that is reached.
  bool ran_again = false;
  /// It went on at another machine, whose programs do not load its checkpoints
  /// (checkpoints.trust: same-node): from then on each attempt starts from nothing.
  bool moved = false;

  /// A promotion that came while the process was still ending. A slot is kept on `node`, where the
  /// trial continues once the process is gone. `node` is empty if that node was lost.
  struct Promotion {
    std::string node;
    Resource from = 0;
    Resource until = 0;
  };
  std::optional<Promotion> promotion;

  [[nodiscard]] bool has_process() const { return state == TrialState::running; }
  /// Whether it has a process whose end was not ordered.
  [[nodiscard]] bool runs_on() const { return has_process() && !next_state; }
};

/// Number of trials in each group of states.
struct TrialCounts {
  static constexpr std::string_view wire_name = "TrialCounts";
  std::uint64_t started = 0;  ///< All trials.
  std::uint64_t running = 0;
  std::uint64_t paused = 0;  ///< Paused and pending trials.
  std::uint64_t stopped = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  static auto fields(auto& m) {
    return std::tuple{field("started", m.started),     field("running", m.running),
                      field("paused", m.paused),       field("stopped", m.stopped),
                      field("completed", m.completed), field("failed", m.failed)};
  }
  friend bool operator==(const TrialCounts&, const TrialCounts&) = default;
};

/// The trials of a study with their states, and the counts and the queue of restarts that follow
/// from the states.
class TrialTable {
 public:
  /// Adds the next trial, in state `running`. Trials are numbered in the order of their start.
  TrialRecord& add(TrialId id, Config config, Resource until);
  /// The trial `id`, which must be known.
  [[nodiscard]] TrialRecord& at(TrialId id) { return trials_.at(id); }
  [[nodiscard]] const TrialRecord& at(TrialId id) const { return trials_.at(id); }
  /// The trial `id` if `attempt` is its latest one and has a process, as far as is known; else
  /// null.
  [[nodiscard]] const TrialRecord* current(TrialId id, std::uint32_t attempt) const;
  [[nodiscard]] const std::map<TrialId, TrialRecord>& all() const { return trials_; }
  /// Calls `use(TrialRecord&)` for each trial, by number. `use` may change states.
  template <typename F>
  void each(const F& use) {
    for (auto& [id, trial] : trials_) use(trial);
  }

  /// Changes the state of `trial`, a record of this table, and clears its next state.
  void move_to(TrialRecord& trial, TrialState state);

  [[nodiscard]] const TrialCounts& counts() const { return counts_; }
  /// The lowest pending trial, which is started before anything new; none if none is pending.
  [[nodiscard]] std::optional<TrialId> next_restart() const;

  /// Fails unless counts and queue agree with the states. Takes time linear in the trials.
  void check_invariants() const;

 private:
  [[nodiscard]] std::uint64_t& count_of(TrialState state);

  std::map<TrialId, TrialRecord> trials_;
  TrialCounts counts_;
  std::set<TrialId> pending_;  ///< Trials in state `pending`.
};

/// Whether the program ended by itself, with exit code 0.
[[nodiscard]] bool exited_with_success(const AttemptEnded& end);
/// Whether the program ended with exit code 75 (EX_TEMPFAIL).
[[nodiscard]] bool asks_for_restart(const AttemptEnded& end);

/// What follows the failure of an attempt of `trial`. A loss, a fault of the node, and exit code 75
/// use up no retry, up to 20 times in a row without a report between them.
[[nodiscard]] TrialFailed::Then after_failure(const TrialRecord& trial, const AttemptEnded& end,
                                              std::uint32_t retries_max, bool node_fault = false);

}  // namespace troupe::actors
