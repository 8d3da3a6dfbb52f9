#include "actors/terminal/study_progress.hpp"

#include <utility>

namespace troupe::actors {

StudyProgress::StudyProgress(StudyOutline outline)
    : outline_(std::move(outline)), reached_(outline_.levels.size()) {}

void StudyProgress::on(const StudyEvent& event) {
  std::visit([this](const auto& e) { take(e); }, event);
}

std::vector<StudyProgress::Running> StudyProgress::running() const {
  std::vector<Running> result;
  for (const TrialId trial : running_) result.push_back({trial, trials_.at(trial).resource});
  return result;
}

Resource StudyProgress::resource_max() const {
  return outline_.levels.empty() ? 0 : outline_.levels.back();
}

Resource StudyProgress::ceiling() const {
  return outline_.ceiling.value_or(resource_max());
}

void StudyProgress::take(const TrialReported& event) {
  if (!trials_.contains(event.trial)) enter(event.trial, TrialState::running);
  Trial& trial = trials_.at(event.trial);
  if (event.resource <= trial.resource) return;
  for (std::size_t i = 0; i < outline_.levels.size(); ++i)
    if (trial.resource < outline_.levels[i] && outline_.levels[i] <= event.resource) ++reached_[i];
  spent_ += event.resource - trial.resource;
  trial.resource = event.resource;
}

void StudyProgress::take(const TrialFailed& event) {
  enter(event.trial,
        event.then == TrialFailed::Then::give_up ? TrialState::failed : TrialState::pending);
}

void StudyProgress::take(const RungUnlocked& event) {
  outline_.ceiling = event.resource;
  epsilon_ = event.epsilon;
}

void StudyProgress::enter(TrialId trial, TrialState state) {
  const auto [at, fresh] = trials_.try_emplace(trial);
  if (!fresh) --counts_[static_cast<std::size_t>(at->second.state)];
  at->second.state = state;
  ++counts_[static_cast<std::size_t>(state)];
  if (state == TrialState::running)
    running_.insert(trial);
  else
    running_.erase(trial);
}

}  // namespace troupe::actors
