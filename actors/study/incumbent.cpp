#include "actors/study/incumbent.hpp"

#include <cmath>
#include <utility>

namespace troupe::actors {

bool Incumbent::observe(schedulers::TrialId trial, schedulers::Resource resource, double metric) {
  Level& level = levels_[resource];
  ++level.reports;
  if (std::isfinite(metric)) {
    const bool better =
        !level.best || (maximize_ ? metric > level.best->metric : metric < level.best->metric);
    if (better) level.best = Best{trial, resource, metric};
  }
  if (!level.best) return false;
  const auto is_above = [&](const Level* other) {
    return other == nullptr || other->best->resource < resource;
  };
  if (is_above(highest_)) highest_ = &level;
  if (level.reports >= 2 && is_above(shared_)) shared_ = &level;
  const auto before = std::exchange(best_, shared_ != nullptr ? shared_->best : highest_->best);
  return best_ != before;
}

std::vector<schedulers::TrialId> Incumbent::contenders() const {
  std::vector<schedulers::TrialId> trials;
  if (!best_) return trials;
  for (auto level = levels_.lower_bound(best_->resource); level != levels_.end(); ++level)
    if (level->second.best) trials.push_back(level->second.best->trial);
  return trials;
}

}  // namespace troupe::actors
