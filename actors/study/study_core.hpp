#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "actors/events.hpp"
#include "actors/study/incumbent.hpp"
#include "actors/study/inputs.hpp"
#include "actors/study/study_rules.hpp"
#include "actors/study/trial_record.hpp"
#include "schedulers/events.hpp"

namespace troupe::actors {

// What the study actor has to do about an input, once the input is durable.

/// Have `node` start a process for the trial.
struct LaunchAttempt {
  TrialId trial = 0;
  std::uint32_t attempt = 1;
  std::string node;
  Resource from = 0;
  Resource until = 0;
  Config config;
};

/// End the process of this attempt. It was paused (its checkpoint counts), or stopped.
struct EndAttempt {
  TrialId trial = 0;
  std::uint32_t attempt = 1;
};

/// What the searcher has to be told.
struct ObserveReport {
  TrialId trial = 0;
  Resource resource = 0;
  double metric = 0;
};

using Command = std::variant<LaunchAttempt, EndAttempt, ObserveReport>;

struct Outcome {
  std::vector<StudyEvent> events;  ///< For the journal and for whoever subscribed.
  std::vector<Command> commands;   ///< For the study actor. Derived, so not journaled.
};

/// The next thing to offer to the scheduler.
struct SlotOffer {
  std::string node;
  std::optional<TrialId> suggestion_for;  ///< The input needs a suggestion for this trial.
};

/// How many trials are in which state.
struct TrialCounts {
  static constexpr std::string_view wire_name = "TrialCounts";
  std::uint64_t started = 0, running = 0, paused = 0, stopped = 0, completed = 0, failed = 0;
  static auto fields(auto& m) {
    return std::tuple{field("started", m.started),     field("running", m.running),
                      field("paused", m.paused),       field("stopped", m.stopped),
                      field("completed", m.completed), field("failed", m.failed)};
  }
};

/// The lifecycle of a study as a state machine: trials and their attempts, slots of nodes, retries,
/// stop criteria, the incumbent. No I/O, clock or thread: the same inputs and decisions give the
/// same outcomes, which is what makes recovery and `troupe replay` possible.
///
/// For each input: `question` says what to ask the scheduler, if anything; `apply` takes the input
/// together with the answer. In between, `offer` says whether a SlotFreed is due.
class StudyCore {
 public:
  explicit StudyCore(StudyRules rules);

  /// False: the input is of the past (an older attempt, a trial that was decided on, a finished
  /// study) and must be dropped: it gets no row.
  [[nodiscard]] bool accepts(const Input& input) const;

  /// What the scheduler must be told; none if it is not concerned.
  [[nodiscard]] std::optional<schedulers::Event> question(const Input& input) const;

  /// `index`: the row of the journal. `decisions`: the scheduler's answer, empty without a
  /// question.
  Outcome apply(const Input& input, std::uint64_t index,
                const std::vector<schedulers::Decision>& decisions);

  /// A slot is free and something may come of it.
  [[nodiscard]] std::optional<SlotOffer> offer() const;

  /// The trial that the next suggestion is for, if one can still be of use.
  [[nodiscard]] std::optional<TrialId> next_suggestion() const;

  [[nodiscard]] const std::optional<StudyFinished>& finished() const { return finished_; }
  [[nodiscard]] const TrialCounts& counts() const { return counts_; }
  [[nodiscard]] const std::map<TrialId, TrialRecord>& trials() const { return trials_; }
  /// The trial, if it is this attempt of it whose process runs, as far as is known.
  [[nodiscard]] const TrialRecord* current(TrialId trial, std::uint32_t attempt) const;
  /// The row with which the node came in; 0 if it is not there.
  [[nodiscard]] std::uint64_t joined_at(const std::string& node) const;
  [[nodiscard]] const std::optional<Incumbent::Best>& best() const { return incumbent_.best(); }
  [[nodiscard]] std::vector<TrialId> contenders() const { return incumbent_.contenders(); }
  /// Units of resource that were run, restarts included.
  [[nodiscard]] std::int64_t resource_spent() const { return resource_spent_; }
  /// Why a free slot waits; empty if none does.
  [[nodiscard]] const std::string& waiting_for() const { return waiting_for_; }

 private:
  struct NodeSlots {
    std::uint32_t slots = 0;
    std::uint32_t used = 0;
    bool lost = false;  ///< Nothing starts there; what runs there holds its slots.
    std::uint64_t joined = 0;
  };
  /// What may still start, from everything to nothing.
  enum class Closing { no, promotions_only, restarts_only, stop };

  void on(const StudyOpened& opened);
  void on(const StudyResumed& resumed);
  void on(const NodeJoined& joined);
  void on(const NodeLost& lost);
  void on(const NodeRejoined& returned);
  void on(const NodeLeft& left);
  void on(const SlotFreed& slot);
  void on(const Reported& report);
  void on(const ReportMalformed& malformed);
  void on(const AttemptEnded& end);
  void on(const TimeExpired& expired);
  void on(const StopRequested& request);

  void start(const schedulers::StartTrial& start, const std::string& node);
  void promote(const schedulers::ResumeTrial& resume, const std::string& node);
  void go_on(TrialRecord& trial);
  void restart(TrialRecord& trial, const std::string& node);
  void launch(TrialRecord& trial, const std::string& node, Resource from);
  void order(const TrialRecord& trial);
  void end_process(TrialRecord& trial, TrialState next);
  void ignored(const TrialRecord& trial, const Reported& report,
               const schedulers::ReportIgnored& ignored);
  void counted(TrialRecord& trial, const Reported& report, TrialReported::Decision decision);
  void raised(const schedulers::HurdleRaised& hurdle);
  void charge(TrialRecord& trial, const Reported& report);
  void settle(TrialRecord& trial, const std::string& loss);
  void fail(TrialRecord& trial, const AttemptEnded& end);
  void lose(TrialRecord& trial, const std::string& cause);
  void lose_promotions(const std::string& node);
  void close(Closing closing, StudyFinished::Outcome outcome, const std::string& reason);
  void check_totals();
  void check_end();
  void move_to(TrialRecord& trial, TrialState state);

  [[nodiscard]] bool exhausted() const;
  [[nodiscard]] std::optional<std::string> free_node() const;
  [[nodiscard]] TrialFailed::Then verdict(const TrialRecord& trial, const AttemptEnded& end) const;

  StudyRules rules_;
  std::map<TrialId, TrialRecord> trials_;
  TrialCounts counts_;
  std::map<std::string, NodeSlots> nodes_;
  std::set<TrialId> restarts_;       ///< Trials to launch again before anything new.
  std::optional<Suggestion> ready_;  ///< A configuration that no trial has taken yet.
  Incumbent incumbent_;
  std::optional<StudyFinished> finished_;
  Closing closing_ = Closing::no;
  StudyFinished end_;  ///< What to say when the last process is gone.
  bool interrupted_ = false;
  std::string interruption_;
  bool space_exhausted_ = false;
  std::string waiting_for_;  ///< The scheduler's reason; it is asked again after the next change.
  std::uint64_t evaluations_ = 0;
  double cost_ = 0;
  std::string metric_reached_;  ///< The report that met the criterion on the metric.
  std::int64_t resource_spent_ = 0;

  // While an input is applied.
  std::uint64_t index_ = 0;
  const std::vector<schedulers::Decision>* decisions_ = nullptr;
  Outcome outcome_;
};

}  // namespace troupe::actors
