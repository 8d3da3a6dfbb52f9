#include "actors/study/incumbent.hpp"

#include <cmath>

namespace troupe::actors {

bool Incumbent::observe(schedulers::TrialId trial, schedulers::Resource resource, double metric) {
  Level& level = levels_[resource];
  ++level.reports;
  if (std::isfinite(metric)) {
    const bool better =
        !level.best || (maximize_ ? metric > level.best->metric : metric < level.best->metric);
    if (better) level.best = Best{trial, resource, metric};
  }
  const auto before = best_;
  best_ = find();
  return best_ != before;
}

std::vector<schedulers::TrialId> Incumbent::contenders() const {
  std::vector<schedulers::TrialId> trials;
  if (!best_) return trials;
  for (auto level = levels_.lower_bound(best_->resource); level != levels_.end(); ++level)
    if (level->second.best) trials.push_back(level->second.best->trial);
  return trials;
}

std::optional<Incumbent::Best> Incumbent::find() const {
  for (auto level = levels_.rbegin(); level != levels_.rend(); ++level)
    if (level->second.reports >= 2 && level->second.best) return level->second.best;
  for (auto level = levels_.rbegin(); level != levels_.rend(); ++level)
    if (level->second.best) return level->second.best;
  return std::nullopt;
}

}  // namespace troupe::actors
