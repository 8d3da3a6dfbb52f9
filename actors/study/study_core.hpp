#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "actors/events.hpp"
#include "actors/study/best_announcements.hpp"
#include "actors/study/best_trials.hpp"
#include "actors/study/inputs.hpp"
#include "actors/study/node_health.hpp"
#include "actors/study/slot_table.hpp"
#include "actors/study/study_closing.hpp"
#include "actors/study/study_rules.hpp"
#include "actors/study/study_totals.hpp"
#include "actors/study/study_warnings.hpp"
#include "actors/study/trial_table.hpp"
#include "schedulers/events.hpp"
#include "schedulers/rungs/rung_agreement.hpp"

namespace troupe::actors {

// Commands: what the study actor has to do about an input, once the input is durable.

/// Have `node` start a process for the trial.
struct LaunchAttempt {
  TrialId trial = 0;
  std::uint32_t attempt = 1;
  std::string node;
  Resource from = 0;
  Resource until = 0;
  Config config;
  std::uint32_t source_max = 0;  ///< See TrialRecord::source_max.
};

/// End the process of this attempt. Its trial was paused (so its checkpoint counts) or stopped.
struct EndAttempt {
  TrialId trial = 0;
  std::uint32_t attempt = 1;
};

/// Delete the checkpoints of the attempts before `attempt`: its reports and its end are journaled.
struct ReleaseCheckpoints {
  TrialId trial = 0;
  std::uint32_t attempt = 1;
};

/// Take NodeRested of this node as an input, `rest_s` seconds from now.
struct RestNode {
  std::string node;
  double rest_s = 0;
};

using Command = std::variant<LaunchAttempt, EndAttempt, ReleaseCheckpoints, RestNode>;

/// What follows from one input.
struct Outcome {
  std::vector<StudyEvent> events;  ///< For the journal and the subscribers.
  std::vector<Command>
      commands;  ///< For the study actor. Derived again in a replay, so not journaled.
  std::vector<schedulers::SearchFact> facts;  ///< For the searcher. Likewise.
};

/// The next slot to offer to the scheduler.
struct SlotOffer {
  std::string node;
  std::optional<TrialId> suggestion_for;  ///< The input needs a suggestion for this trial.
};

/// The lifecycle of a study as a state machine: trials and their attempts, slots of nodes, retries,
/// stop criteria, the best trials. No I/O, clock or thread: the same inputs and decisions give the
/// same outcomes, which makes recovery and `troupe replay` possible.
///
/// For each input, `question` returns what to ask the scheduler, if anything; `apply` takes the
/// input together with the answer. Between two inputs, `offer` says whether a SlotFreed is due.
class StudyCore {
 public:
  explicit StudyCore(StudyRules rules);

  /// Whether `input` may be applied. An input of the past (of an older attempt, of a trial that was
  /// decided on, of a finished study) is dropped and gets no row.
  [[nodiscard]] bool accepts(const Input& input) const;

  /// What the scheduler must be told; none if `input` does not concern it.
  [[nodiscard]] std::optional<schedulers::Event> question(const Input& input) const;

  /// Applies an accepted input. `index`: the row of the journal. `decisions`: the scheduler's
  /// answer, empty without a question.
  Outcome apply(const Input& input, std::uint64_t index,
                const std::vector<schedulers::Decision>& decisions);

  /// A free slot that the scheduler has not declined yet; none if there is no such slot.
  [[nodiscard]] std::optional<SlotOffer> offer() const;

  /// The trial that the next suggestion is for; none if a suggestion is at hand or of no use.
  [[nodiscard]] std::optional<TrialId> next_suggestion() const;

  [[nodiscard]] const std::optional<StudyFinished>& finished() const { return closing_.finished(); }
  [[nodiscard]] const TrialCounts& counts() const { return trials_.counts(); }
  [[nodiscard]] const std::map<TrialId, TrialRecord>& trials() const { return trials_.all(); }
  /// See TrialTable::current.
  [[nodiscard]] const TrialRecord* current(TrialId trial, std::uint32_t attempt) const {
    return trials_.current(trial, attempt);
  }
  /// The row with which the node joined; 0 if it is not there.
  [[nodiscard]] std::uint64_t joined_row(const std::string& node) const {
    return slots_.joined_row(node);
  }
  [[nodiscard]] const BestTrials& best() const { return best_; }
  [[nodiscard]] std::optional<BestTrial> best_model() const {
    return with_config(best_.model(), trials_);
  }
  [[nodiscard]] std::optional<BestTrial> retrain() const {
    return with_config(best_.retrain(), trials_);
  }
  /// Units of resource that were run, restarts included.
  [[nodiscard]] std::int64_t resource_spent() const { return totals_.resource_spent(); }
  /// What a study waits for whose nodes cannot run trials, with the reasons; empty if one can.
  [[nodiscard]] std::string nodes_waited_for() const;
  /// Why a free slot waits; empty if none does.
  [[nodiscard]] const std::string& waiting_for() const { return waiting_for_; }

  /// Fails unless trials, counts and slots agree with each other. Takes time linear in the trials,
  /// so it is not part of `apply`: tests and simulations call it after each step.
  void check_invariants() const;

 private:
  using Phase = StudyClosing::Phase;
  /// What follows from the end of an attempt that nothing was decided about.
  enum class Ending {
    completed,
    at_target,  ///< Its last value counts at the resource that it was told to run to.
    run_again,  ///< Its checkpoint was ahead of its reports.
    failed,
  };

  void on(const StudyOpened& opened);
  void on(const StudyResumed& resumed);
  void on(const StudyChanged& changed);
  void on(const NodeJoined& joined);
  void on(const NodeLost& lost);
  void on(const NodeRejoined& rejoined);
  void on(const NodeLeft& left);
  void on(const NodeRested& rested);
  void on(const SlotFreed& slot);
  void on(const Reported& report);
  void on(const ReportMalformed& malformed);
  void on(const AttemptEnded& end);
  void on(const TimeExpired& expired);
  void on(const StopRequested& request);
  void on(const TrialStopRequested& request);
  static void on(const RetrainRequested&) {}

  void start(const schedulers::StartTrial& start, const std::string& node);
  void promote(const schedulers::ResumeTrial& resume, const std::string& node);
  void continue_promoted(TrialRecord& trial);
  void restart(TrialRecord& trial, const std::string& node);
  void launch(TrialRecord& trial, const std::string& node, Resource from);
  void command_launch(const TrialRecord& trial);
  void end_process(TrialRecord& trial, TrialState next);

  void count(TrialRecord& trial, const Reported& report, TrialReported::Decision decision);

  /// Whether the latest attempt was told to run to a rung, which is below the maximum resource.
  [[nodiscard]] bool has_target(const TrialRecord& trial) const {
    return rules_.tells_milestone && trial.told < rules_.max_resource;
  }
  [[nodiscard]] Ending ending_of(const TrialRecord& trial, const AttemptEnded& end) const;
  void end_undecided(TrialRecord& trial, const AttemptEnded& end);
  [[nodiscard]] bool replaces_decided(const TrialRecord& trial, const Reported& report) const;
  [[nodiscard]] static bool replaced_before(const TrialRecord& trial, const Reported& report);
  [[nodiscard]] bool waits_for_suggestion(const SlotFreed& slot) const;
  void compare_lowest_rungs(const Reported& report);
  void replace(TrialRecord& trial, const Reported& report);

  void finish_decided(TrialRecord& trial, const std::string& loss);
  void warn_of_rungs(const TrialRecord& trial, const std::string& effect);
  void finish_at_target(TrialRecord& trial);
  void run_again(TrialRecord& trial, const AttemptEnded& end);
  void release_checkpoints(TrialRecord& trial);
  void release_before_source(TrialRecord& trial, const AttemptEnded& end);
  void fail(TrialRecord& trial, const AttemptEnded& end);
  void lose(TrialRecord& trial, const std::string& cause);
  void release_promotions(const std::string& node);
  [[nodiscard]] AttemptEnded::NodeFault node_fault(const TrialRecord& trial,
                                                   const AttemptEnded& end) const;
  [[nodiscard]] TrialFailed::Then then_after(const TrialRecord& trial,
                                             const AttemptEnded& end) const;
  void note_health(TrialRecord& trial, const AttemptEnded& end, AttemptEnded::NodeFault fault);
  void forget_health(const std::string& node);
  void follow_health();
  [[nodiscard]] bool any_node_may_start() const;
  void interrupt(StudyFinished::Outcome outcome, const std::string& reason);
  void close_if_exhausted();
  void close(Phase phase, StudyFinished::Outcome outcome, const std::string& reason,
             StudyClosing::Cause cause);
  void close_if_reached();
  void set_rules(StudyRules rules);
  void go_on_if_raised();

  void emit(StudyEvent event) { outcome_.events.push_back(std::move(event)); }
  void announce(const schedulers::RungUnlocked& unlocked);
  void announce(const schedulers::HurdleRaised& hurdle);
  void announce_start(const TrialRecord& trial);
  /// Announces the best model and the configuration to retrain, if they have changed.
  void announce_best() {
    for (StudyEvent& event : announcements_.changes(index_, best_, trials_)) emit(std::move(event));
  }
  [[nodiscard]] bool exhausted() const;
  [[nodiscard]] bool can_stop(TrialId trial) const;

  StudyRules rules_;
  TrialTable trials_;
  SlotTable slots_;
  NodeHealth health_;
  StudyTotals totals_;
  StudyClosing closing_;
  BestTrials best_;
  BestAnnouncements announcements_;
  StudyWarnings warnings_;
  std::optional<Suggestion> suggestion_;  ///< Has a configuration that no trial has taken yet.
  schedulers::RungAgreement agreement_;
  std::optional<std::string> assigned_state_;  ///< Of the suggestion that was taken in this row.
  bool space_exhausted_ = false;
  std::string waiting_for_;  ///< The scheduler's reason; any input but SlotFreed clears it.

  // Valid while `apply` runs.
  std::uint64_t index_ = 0;
  const std::vector<schedulers::Decision>* decisions_ = nullptr;
  Outcome outcome_;
};

}  // namespace troupe::actors
