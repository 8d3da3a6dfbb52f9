#include "actors/terminal/study_progress.hpp"

#include <variant>

namespace troupe::actors {

namespace {

Resource highest_of(const StudyState::Trial& trial) {
  return trial.highest ? trial.highest->resource : 0;
}

}  // namespace

void StudyProgress::on(const StudyEvent& event) {
  const auto& best = state_.best_model();
  if (const auto* failed = std::get_if<TrialFailed>(&event))
    if (failed->then == TrialFailed::Then::give_up && best && best->trial == failed->trial)
      record_.reset();
  if (const auto* changed = std::get_if<BestModelChanged>(&event))
    if (changed->best && is_record(changed->best->metric)) record_ = changed->best->metric;
  if (const auto* report = std::get_if<TrialReported>(&event); report != nullptr)
    agreement_.report(report->trial, report->resource, report->metric);
  state_.take(event);
}

bool StudyProgress::is_record(double metric) const {
  if (!record_) return true;
  return outline_.maximize ? metric > *record_ : metric < *record_;
}

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
