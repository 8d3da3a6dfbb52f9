#include "actors/study/best_trials.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace troupe::actors {

namespace {

/// The better of two, where the lesser is better and none is worst.
template <typename T>
std::optional<T> better_of(const std::optional<T>& a, const std::optional<T>& b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

}  // namespace

std::optional<BestTrials::Candidate> BestTrials::Level::best() const {
  return better_of(settled, open.empty() ? std::nullopt : std::optional(open.front()));
}

std::optional<BestTrials::Model> BestTrials::model_of(TrialId trial, const Curve& curve) {
  if (curve.empty() || !std::isfinite(curve.back().second)) return std::nullopt;
  return Model{curve.back().second, -curve.back().first, trial};
}

void BestTrials::report(TrialId trial, Resource resource, double metric) {
  const double loss = loss_of(metric);
  Curve& curve = curves_[trial];
  const auto before = model_of(trial, curve);
  const auto place = std::ranges::lower_bound(curve, resource, {}, &Curve::value_type::first);
  Level& level = levels_[resource];
  if (place != curve.end() && place->first == resource) {
    place->second = loss;
  } else {
    curve.insert(place, {resource, loss});
    ++level.reports;
  }
  if (std::isfinite(loss)) {
    level.open.push_back({loss, trial});
    std::ranges::push_heap(level.open, std::greater());
  }
  if (const auto after = model_of(trial, curve); after != before) {
    if (before) models_.erase(*before);
    if (after) models_.insert(*after);
  }
  update_level(resource);
  update_best();
}

void BestTrials::fail(TrialId trial) {
  const auto found = curves_.find(trial);
  if (found == curves_.end()) return;
  const Curve curve = std::move(found->second);
  curves_.erase(found);
  if (const auto model = model_of(trial, curve)) models_.erase(*model);
  for (const auto& [resource, loss] : curve) {
    --levels_.at(resource).reports;
    update_level(resource);
  }
  update_best();
}

void BestTrials::settle(TrialId trial) {
  const auto found = curves_.find(trial);
  if (found == curves_.end()) return;
  const Curve curve = std::move(found->second);
  curves_.erase(found);
  if (const auto model = model_of(trial, curve)) {
    models_.erase(*model);
    settled_model_ = better_of(settled_model_, std::optional(*model));
  }
  for (const auto& [resource, loss] : curve) {
    Level& level = levels_.at(resource);
    if (std::isfinite(loss))
      level.settled = better_of(level.settled, std::optional(Candidate{loss, trial}));
    update_level(resource);
  }
  update_best();
}

bool BestTrials::is_current(const Candidate& candidate, Resource resource) const {
  const auto curve = curves_.find(candidate.trial);
  if (curve == curves_.end()) return false;
  const auto place =
      std::ranges::lower_bound(curve->second, resource, {}, &Curve::value_type::first);
  return place != curve->second.end() && place->first == resource &&
         place->second == candidate.loss;
}

void BestTrials::drop_stale(Level& level, Resource resource) const {
  while (!level.open.empty() && !is_current(level.open.front(), resource)) {
    std::ranges::pop_heap(level.open, std::greater());
    level.open.pop_back();
  }
  // What is worse than a settled trial never becomes the best.
  if (level.settled && !level.open.empty() && *level.settled < level.open.front())
    level.open.clear();
  if (level.open.empty()) level.open.shrink_to_fit();
}

void BestTrials::update_level(Resource resource) {
  Level& level = levels_.at(resource);
  drop_stale(level, resource);
  if (level.reports >= 2 && level.best())
    shared_levels_.insert(resource);
  else
    shared_levels_.erase(resource);
  if (level.reports == 0) levels_.erase(resource);
}

void BestTrials::update_best() {
  const auto model =
      better_of(settled_model_, models_.empty() ? std::nullopt : std::optional(*models_.begin()));
  model_.reset();
  if (model) model_ = Best{model->trial, -model->negated_resource, loss_of(model->loss)};
  shared_.reset();
  if (shared_levels_.empty()) return;
  const Resource resource = *shared_levels_.rbegin();
  shared_ = best_of(*levels_.at(resource).best(), resource);
}

std::vector<schedulers::TrialId> BestTrials::contenders() const {
  std::set<TrialId> trials;
  if (model_) trials.insert(model_->trial);
  if (settled_model_) trials.insert(settled_model_->trial);
  auto level = levels_.begin();
  if (shared_) {
    trials.insert(shared_->trial);
    level = levels_.upper_bound(shared_->resource);
  }
  for (; level != levels_.end(); ++level)
    if (const auto best = level->second.best()) trials.insert(best->trial);
  return {trials.begin(), trials.end()};
}

}  // namespace troupe::actors
