#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actors/events.hpp"
#include "actors/journal/journal.hpp"
#include "actors/study/inputs.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// State of a study, folded from the rows of its journal. Lists, result files, terminal, memory,
/// sequences and simulations read it; nothing else interprets a study's events.
///
/// Times are microseconds since 1970-01-01 UTC. Not thread-safe.
class StudyState {
 public:
  /// What is kept of the past. Each level includes the one before it.
  enum class Detail : std::uint8_t {
    trials,   ///< Totals, and of each trial its state and its highest report.
    reports,  ///< Each report.
    history,  ///< Configurations and attempts.
  };

  /// One process of a trial.
  struct Attempt {
    std::uint32_t number = 1;
    Resource from = 0;
    Resource until = 0;
    std::string node;
    std::int64_t started_us = 0;
    std::optional<std::int64_t> ended_us;  ///< None while it runs.
    std::string end;                       ///< "paused at 3", "failed: exit code 3", ...
    std::string stderr_tail;               ///< Last lines of a failed one.
  };

  /// A report that counted.
  struct Report {
    std::int64_t time_us = 0;
    TrialId trial = 0;
    TrialReported::Decision decision = TrialReported::Decision::proceed;
    Resource resource = 0;
    double metric = 0;
  };

  struct Measurement {
    Resource resource = 0;
    double metric = 0;
    friend bool operator==(const Measurement&, const Measurement&) = default;
  };

  struct Trial {
    TrialId id = 0;
    TrialState state = TrialState::pending;
    bool seen = false;  ///< An event named it.
    std::uint64_t warnings = 0;
    std::optional<Measurement> highest;  ///< The report that counts at its highest resource.
    /// Report on which the scheduler paused it; none after a promotion or a stop.
    std::optional<Measurement> paused_at;
    Config config;                  ///< Empty below Detail::history.
    std::vector<Attempt> attempts;  ///< In order; empty below Detail::history.

    [[nodiscard]] std::int64_t started_us() const { return attempts.front().started_us; }
    /// End of its last process; none while it runs or waits to.
    [[nodiscard]] std::optional<std::int64_t> ended_us() const;
  };

  explicit StudyState(Detail detail = Detail::history) : detail_(detail) {}

  /// Reads a whole journal.
  static Result<StudyState> of(JournalReader& reader);

  /// Folds the next row. The error names the row whose events cannot be read.
  Result<void> take(const Row& row);
  /// Folds the events of the next row.
  void take(std::int64_t time_us, const std::vector<StudyEvent>& events);
  /// Folds one event at the time of the last row.
  void take(const StudyEvent& event);
  /// Folds the input of row 0.
  void take(const StudyOpened& opened) { opened_ = opened; }

  /// By id. Trials are numbered in the order of their start, so none is missing.
  [[nodiscard]] const std::vector<Trial>& trials() const { return trials_; }
  /// Null: no such trial.
  [[nodiscard]] const Trial* find(TrialId id) const {
    return id < trials_.size() ? &trials_[id] : nullptr;
  }
  [[nodiscard]] std::size_t count(TrialState state) const {
    return counts_[static_cast<std::size_t>(state)];
  }
  /// Trials that run, ascending.
  [[nodiscard]] const std::vector<TrialId>& running() const { return running_; }
  /// Trials whose configuration is an incumbent of earlier tasks.
  [[nodiscard]] std::size_t incumbents_started() const { return incumbents_started_; }
  /// Names of all hyperparameters, in the order of their first use. Empty below Detail::history.
  [[nodiscard]] const std::vector<std::string>& parameters() const { return parameters_; }
  /// In the order of arrival. Empty below Detail::reports.
  [[nodiscard]] const std::vector<Report>& reports() const { return reports_; }
  /// Resource used by all trials; what was trained twice after a failure counts once.
  [[nodiscard]] Resource spent() const { return spent_; }

  /// Best model and configuration to retrain (schedulers/README.md, section 11); none without a
  /// finite metric of a trial that did not fail.
  [[nodiscard]] const std::optional<BestTrial>& best_model() const { return best_model_; }
  [[nodiscard]] const std::optional<BestTrial>& retrain() const { return retrain_; }
  /// Whether `retrain` was compared at a resource that two trials reported. If not, it is the best
  /// model.
  [[nodiscard]] bool retrain_is_compared() const { return retrain_is_compared_; }
  /// Why there is no best model: "no trial has reported".
  [[nodiscard]] std::string no_best_model_reason() const;
  /// Whether the journal does not have the best model, because its format is 2 or older.
  [[nodiscard]] bool lacks_best_model() const { return lacks_best_model_; }
  /// Where the last unlocked rung put the ceiling of a progressive scheduler; none before that.
  [[nodiscard]] std::optional<Resource> ceiling() const { return ceiling_; }
  [[nodiscard]] std::optional<double> epsilon() const { return epsilon_; }
  /// RUSH: the metric to reach, by rung.
  [[nodiscard]] const std::map<Resource, double>& hurdles() const { return hurdles_; }
  /// Trials that were stopped below the hurdle.
  [[nodiscard]] std::size_t stopped_below_hurdle() const { return stopped_below_hurdle_; }

  /// Nodes that are set aside, with the reason.
  [[nodiscard]] const std::map<std::string, std::string>& set_aside() const { return set_aside_; }

  /// Input of row 0, if it was folded.
  [[nodiscard]] const std::optional<StudyOpened>& opened() const { return opened_; }
  /// How the study ended; none if it has not ended, or was resumed since.
  [[nodiscard]] const std::optional<StudyFinished>& finished() const { return finished_; }
  /// The latest end of the study, also if it was resumed since.
  [[nodiscard]] const std::optional<StudyFinished>& last_end() const { return last_end_; }

  /// Of the first row; none before it.
  [[nodiscard]] std::optional<std::int64_t> start_us() const { return start_us_; }
  /// Of the last row.
  [[nodiscard]] std::int64_t now_us() const { return now_us_; }

 private:
  void on(const TrialStarted& event);
  void on(const TrialReported& event);
  void on(const TrialPaused& event);
  void on(const TrialPromoted& event);
  void on(const TrialStopped& event);
  void on(const TrialFailed& event);
  void on(const TrialCompleted& event);
  void on(const TrialWarned& event);
  void on(const StudyWarned&) {}
  void on(const NodeSetAside& event);
  void on(const RungUnlocked& event);
  void on(const HurdleRaised& event);
  void on(const BestModelChanged& event);
  void on(const RetrainConfigChanged& event);
  void on(const IncumbentChanged& event);
  void on(const SettingsChanged&) {}  // `take` has noted that the study goes on.
  void on(const StudyFinished& event);

  Trial& trial_of(TrialId id) {
    return id < trials_.size() && trials_[id].seen ? trials_[id] : add_trial(id);
  }
  Trial& add_trial(TrialId id);
  void enter(Trial& trial, TrialState state);
  template <typename Event>
  void start(Trial& trial, const Event& event);
  void end_attempt(Trial& trial, std::string how);
  [[nodiscard]] bool keeps(Detail detail) const { return detail_ >= detail; }

  Detail detail_;
  std::vector<Trial> trials_;
  std::array<std::size_t, schedulers::trial_state_count> counts_{};
  std::vector<TrialId> running_;
  std::size_t incumbents_started_ = 0;
  std::vector<std::string> parameters_;
  std::vector<Report> reports_;
  Resource spent_ = 0;
  std::optional<BestTrial> best_model_;
  std::optional<BestTrial> retrain_;
  bool retrain_is_compared_ = false;
  bool lacks_best_model_ = false;
  std::optional<Resource> ceiling_;
  std::optional<double> epsilon_;
  std::map<Resource, double> hurdles_;
  std::size_t stopped_below_hurdle_ = 0;
  std::map<std::string, std::string> set_aside_;
  std::optional<StudyOpened> opened_;
  std::optional<StudyFinished> finished_;
  std::optional<StudyFinished> last_end_;
  std::optional<std::int64_t> start_us_;
  std::int64_t now_us_ = 0;
};

/// Events of a row. The error names the row.
[[nodiscard]] Result<std::vector<StudyEvent>> events_of(const Row& row);

/// How the study of a journal ended, read from its last row alone; none if it has not ended, or
/// the journal cannot be read.
[[nodiscard]] std::optional<StudyFinished> end_in_last_row(const std::string& journal);

}  // namespace troupe::actors
