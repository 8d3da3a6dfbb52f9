#include "actors/study/best_announcements.hpp"

namespace troupe::actors {

std::optional<BestTrial> with_config(const std::optional<BestTrials::Best>& best,
                                     const TrialTable& trials) {
  if (!best) return std::nullopt;
  return BestTrial{best->trial, best->resource, best->metric, trials.at(best->trial).config};
}

std::vector<StudyEvent> BestAnnouncements::changes(std::uint64_t index, const BestTrials& best,
                                                   const TrialTable& trials) {
  std::vector<StudyEvent> events;
  if (best.model() != model_) {
    model_ = best.model();
    events.emplace_back(BestModelChanged{index, with_config(model_, trials)});
  }
  const bool shared = best.shared().has_value();
  if (best.retrain() == retrain_ && shared == shared_) return events;
  retrain_ = best.retrain();
  shared_ = shared;
  using Basis = RetrainConfigChanged::Basis;
  events.emplace_back(RetrainConfigChanged{index, with_config(retrain_, trials),
                                           shared ? Basis::shared_resource : Basis::best_model});
  return events;
}

}  // namespace troupe::actors
