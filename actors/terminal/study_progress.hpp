#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actors/events.hpp"

namespace troupe::actors {

/// What is known of a study before anything happens in it.
struct StudyOutline {
  std::string study;
  std::string folder;
  std::string scheduler;            ///< "pasha", "asha", ...
  std::string metric;               ///< As in the study file.
  std::string resource_attr;        ///< "epoch".
  std::vector<Resource> levels;     ///< Of the rungs, ascending; the last is R.
  std::optional<Resource> ceiling;  ///< Where a progressive scheduler (PASHA) starts; else none.
  std::optional<std::uint64_t> trials_max;  ///< Of the stop criterion, if it counts starts.
};

/// Counts what a study's events say.
class StudyProgress {
 public:
  explicit StudyProgress(StudyOutline outline);

  void on(const StudyEvent& event);

  [[nodiscard]] const StudyOutline& outline() const { return outline_; }
  [[nodiscard]] std::size_t started() const { return trials_.size(); }
  [[nodiscard]] std::size_t count(TrialState state) const {
    return counts_[static_cast<std::size_t>(state)];
  }
  struct Running {
    TrialId trial;
    Resource resource;  ///< Of its last report; 0 before the first.
  };
  [[nodiscard]] std::vector<Running> running() const;

  /// Resource used by all trials, what was trained twice after a failure not counted.
  [[nodiscard]] Resource spent() const { return spent_; }
  /// How many trials have reported the rung `outline().levels[i]`, or more.
  [[nodiscard]] const std::vector<std::size_t>& reached() const { return reached_; }

  [[nodiscard]] Resource resource_max() const;  ///< R; 0 without levels.
  [[nodiscard]] Resource ceiling() const;       ///< T; R where nothing limits it.
  [[nodiscard]] std::optional<double> epsilon() const { return epsilon_; }
  [[nodiscard]] const std::optional<IncumbentChanged>& best() const { return best_; }
  [[nodiscard]] const std::optional<StudyFinished>& finished() const { return finished_; }

 private:
  struct Trial {
    TrialState state = TrialState::pending;
    Resource resource = 0;
  };

  void take(const TrialStarted& event) { enter(event.trial, TrialState::running); }
  void take(const TrialReported& event);
  void take(const TrialPaused& event) { enter(event.trial, TrialState::paused); }
  void take(const TrialPromoted& event) { enter(event.trial, TrialState::running); }
  void take(const TrialStopped& event) { enter(event.trial, TrialState::stopped); }
  void take(const TrialFailed& event);
  void take(const TrialCompleted& event) { enter(event.trial, TrialState::completed); }
  void take(const TrialWarned&) {}
  void take(const RungUnlocked& event);
  void take(const HurdleRaised&) {}
  void take(const IncumbentChanged& event) { best_ = event; }
  void take(const StudyFinished& event) { finished_ = event; }
  void enter(TrialId trial, TrialState state);

  StudyOutline outline_;
  std::map<TrialId, Trial> trials_;
  std::set<TrialId> running_;
  std::array<std::size_t, schedulers::trial_state_count> counts_{};
  std::vector<std::size_t> reached_;
  Resource spent_ = 0;
  std::optional<double> epsilon_;
  std::optional<IncumbentChanged> best_;
  std::optional<StudyFinished> finished_;
};

}  // namespace troupe::actors
