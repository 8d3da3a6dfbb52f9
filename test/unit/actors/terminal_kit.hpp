#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "actors/terminal/study_progress.hpp"

namespace troupe::actors {

inline StudyOutline digits_outline() {
  return {"digits", "results/digits", "pasha", "val_error", false, "epoch", {1, 3, 9, 27}, 3, 20};
}

inline StudyEvent start(TrialId trial) {
  return TrialStarted{0, trial, 1, 0, 3, "n1", {}};
}

inline StudyEvent report(TrialId trial, Resource epoch, double error = 0.5) {
  return TrialReported{0, trial, epoch, error, TrialReported::Decision::proceed, {}};
}

inline BestTrial best_trial(TrialId trial, Resource epoch, double error) {
  return {trial, epoch, error, {{"lr", 0.1234567}, {"units", std::int64_t{64}}}};
}

inline StudyEvent best(TrialId trial, Resource epoch, double error) {
  return BestModelChanged{0, best_trial(trial, epoch, error)};
}

inline StudyEvent retrain(
    TrialId trial, Resource epoch, double error,
    RetrainConfigChanged::Basis basis = RetrainConfigChanged::Basis::shared_resource) {
  return RetrainConfigChanged{0, best_trial(trial, epoch, error), basis};
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace troupe::actors
