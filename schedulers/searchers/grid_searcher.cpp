#include "schedulers/searchers/grid_searcher.hpp"

#include <algorithm>

#include "runtime/core/check.hpp"
#include "schedulers/searchers/points.hpp"
#include "schedulers/space/value.hpp"

namespace troupe::schedulers {
namespace {

/// Continuous or integer: has a scale to space values on.
bool is_spaced(const Domain& domain) {
  return !cardinality(domain) || std::holds_alternative<RandInt>(domain) ||
         std::holds_alternative<LogRandInt>(domain);
}

std::vector<Value> spaced_values(const Domain& domain, std::size_t samples) {
  std::vector<Value> values;
  for (std::size_t i = 0; i < samples; ++i) {
    const double unit =
        samples == 1 ? 0.5 : static_cast<double>(i) / static_cast<double>(samples - 1);
    Value value = value_at(domain, unit);
    if (values.empty() || match_of(values.back()) != match_of(value))
      values.push_back(std::move(value));
  }
  return values;
}

std::vector<Value> axis(const Domain& domain, std::size_t samples) {
  const auto count = cardinality(domain);
  if (is_spaced(domain) && count.value_or(samples + 1) > samples)
    return spaced_values(domain, samples);
  std::vector<Value> values;
  for (std::uint64_t i = 0; i < *count; ++i) values.push_back(value_number(domain, i));
  return values;
}

}  // namespace

GridSearcher::GridSearcher(Space space, std::size_t samples, const std::vector<Config>& points)
    : space_(std::move(space)), points_(points_in_order(space_, points)) {
  check(samples >= 1, "a parameter takes at least one value");
  for (const Parameter& parameter : space_.parameters())
    axes_.push_back(axis(parameter.domain, samples));
  for (const Config& point : points_) points_seen_.insert(space_.match(point));
  cursor_.resize(axes_.size());
}

std::optional<Config> GridSearcher::suggest(TrialId trial) {
  if (trial < points_.size()) return points_[trial];
  while (auto config = next_of_grid())
    if (!points_seen_.contains(space_.match(*config))) return config;
  return std::nullopt;
}

void GridSearcher::observe(TrialId, Resource, double) {}

std::optional<Config> GridSearcher::next_of_grid() {
  if (exhausted_) return std::nullopt;
  Config config;
  for (std::size_t i = 0; i < axes_.size(); ++i)
    config.push_back({space_.parameters()[i].name, axes_[i][cursor_[i]]});
  exhausted_ = true;
  for (std::size_t i = axes_.size(); exhausted_ && i-- > 0;) {
    if (++cursor_[i] == axes_[i].size())
      cursor_[i] = 0;  // Carry over to the parameter before.
    else
      exhausted_ = false;
  }
  return config;
}

}  // namespace troupe::schedulers
