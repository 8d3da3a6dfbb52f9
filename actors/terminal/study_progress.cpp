#include "actors/terminal/study_progress.hpp"

namespace troupe::actors {

namespace {

Resource highest_of(const StudyState::Trial& trial) {
  return trial.highest ? trial.highest->resource : 0;
}

}  // namespace

std::vector<StudyProgress::Running> StudyProgress::running() const {
  std::vector<Running> result;
  for (const TrialId trial : state_.running())
    result.push_back({trial, highest_of(state_.trials().at(trial))});
  return result;
}

std::vector<std::size_t> StudyProgress::reached() const {
  std::vector<std::size_t> counts(outline_.levels.size());
  for (const StudyState::Trial& trial : state_.trials())
    for (std::size_t i = 0; i < counts.size() && outline_.levels[i] <= highest_of(trial); ++i)
      ++counts[i];
  return counts;
}

Resource StudyProgress::resource_max() const {
  return outline_.levels.empty() ? 0 : outline_.levels.back();
}

Resource StudyProgress::ceiling() const {
  if (state_.ceiling()) return *state_.ceiling();
  return outline_.ceiling.value_or(resource_max());
}

}  // namespace troupe::actors
