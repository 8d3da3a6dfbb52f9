#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/events.hpp"
#include "actors/results/study_state.hpp"
#include "schedulers/rungs/rung_agreement.hpp"

namespace troupe::actors {

/// What the study file and the folder say of a study.
struct StudyOutline {
  std::string study;
  std::string folder;
  std::string scheduler;  ///< "pasha", "asha", ...
  std::string metric;     ///< As in the study file.
  bool maximize = false;
  std::string resource_attr;        ///< "epoch".
  std::vector<Resource> levels;     ///< Of the rungs, ascending; the last is R.
  std::optional<Resource> ceiling;  ///< Where a progressive scheduler (PASHA) starts; else none.
  std::optional<std::uint64_t> trials_max;  ///< Of the stop criterion, if it counts starts.
};

/// State of a study beside its outline: what the terminal shows.
class StudyProgress {
 public:
  explicit StudyProgress(StudyOutline outline)
      : outline_(std::move(outline)), agreement_(outline_.levels) {}

  void on(const StudyEvent& event);

  [[nodiscard]] const StudyOutline& outline() const { return outline_; }
  [[nodiscard]] std::size_t started() const { return state_.trials().size(); }
  [[nodiscard]] std::size_t count(TrialState state) const { return state_.count(state); }
  struct Running {
    TrialId trial;
    Resource resource;  ///< Highest reported; 0 before the first report.
  };
  [[nodiscard]] std::vector<Running> running() const;

  [[nodiscard]] Resource spent() const { return state_.spent(); }
  /// Number of trials that have reported the rung `outline().levels[i]` or more, for each i.
  [[nodiscard]] std::vector<std::size_t> reached() const;

  [[nodiscard]] Resource resource_max() const;  ///< R; 0 without levels.
  [[nodiscard]] Resource ceiling() const;       ///< T; R where nothing limits it.
  [[nodiscard]] std::optional<double> epsilon() const { return state_.epsilon(); }
  /// How well the rungs predict each other.
  [[nodiscard]] const schedulers::RungAgreement& agreement() const { return agreement_; }
  /// What the study's rows say so far.
  [[nodiscard]] const StudyState& state() const { return state_; }
  /// Whether the metric is better than those of all best models so far, apart from trials that
  /// have failed and earlier ones.
  [[nodiscard]] bool is_record(double metric) const;
  [[nodiscard]] const std::optional<StudyFinished>& finished() const { return state_.last_end(); }

 private:
  StudyOutline outline_;
  StudyState state_{StudyState::Detail::trials};
  schedulers::RungAgreement agreement_;
  std::optional<double> record_;  ///< Best metric of a best model.
};

}  // namespace troupe::actors
