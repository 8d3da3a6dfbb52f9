#include "schedulers/searchers/modelled_resource.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {
namespace {

/// Losses by resource and trial.
using Levels = std::map<Resource, std::map<TrialId, double>>;

Levels levels_of(const SearchHistory& history) {
  Levels levels;
  for (const Observation& one : history.observations()) levels[one.resource][one.trial] = one.loss;
  return levels;
}

std::optional<RankCorrelation> correlation(const std::map<TrialId, double>& lower,
                                           const std::map<TrialId, double>& upper) {
  std::vector<double> a;
  std::vector<double> b;
  for (const auto& [trial, loss] : upper)
    if (const auto at = lower.find(trial); at != lower.end()) {
      a.push_back(at->second);
      b.push_back(loss);
    }
  return rank_correlation(a, b);
}

ResourceChoice choose_automatically(const Levels& levels, const SearchHistory& history,
                                    std::size_t enough) {
  const Resource most = history.max_resource();
  if (history.levels().size() == 1) return {most, levels.at(most).size()};
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
    const auto& [resource, losses] = *level;
    if (losses.size() < enough) continue;
    if (resource == most) return {resource, losses.size()};
    if (level == levels.rbegin()) continue;  // Nothing above it was observed.
    const auto found = correlation(losses, std::prev(level)->second);
    if (found && found->lower > 0) return {resource, losses.size(), found};
  }
  return {};
}

}  // namespace

std::optional<Resource> highest_with(const SearchHistory& history, std::size_t enough) {
  const Levels levels = levels_of(history);
  for (auto level = levels.rbegin(); level != levels.rend(); ++level)
    if (level->second.size() >= enough) return level->first;
  return std::nullopt;
}

ResourceChoice choose_resource(ModelledResource rule, const SearchHistory& history,
                               std::size_t enough) {
  const Levels levels = levels_of(history);
  check(!levels.empty(), "a resource is chosen from observations");
  if (rule == ModelledResource::automatic) return choose_automatically(levels, history, enough);
  constexpr std::size_t enough_for_bohb = 3;
  Resource resource = levels.begin()->first;
  if (rule == ModelledResource::first) resource = history.levels().front();
  if (rule == ModelledResource::final) resource = history.max_resource();
  if (rule == ModelledResource::bohb)
    resource = highest_with(history, enough_for_bohb).value_or(resource);
  const auto at = levels.find(resource);
  return {resource, at == levels.end() ? 0 : at->second.size()};
}

}  // namespace troupe::schedulers
