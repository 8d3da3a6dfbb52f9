#include "schedulers/searchers/search_history.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <variant>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {

SearchHistory::SearchHistory(const SearchTerms& terms)
    : mode_(terms.mode), levels_(terms.rung_levels) {
  if (levels_.empty()) levels_.push_back(std::max(terms.max_resource, Resource{1}));
  check(levels_.front() >= 1 && std::ranges::is_sorted(levels_, std::ranges::less_equal{}),
        "the levels of a searcher are rising resources");
}

void SearchHistory::learn(const SearchFact& fact) {
  std::visit([this](const auto& one) { on(one); }, fact);
}

void SearchHistory::on(const ConfigAssigned& fact) {
  check(trials_.emplace(fact.trial, Trial{.config = fact.config}).second,
        "a trial gets one configuration");
  order_.push_back(fact.trial);
}

void SearchHistory::on(const TrainingBegun& fact) {
  // A trial that does not pause is judged at the next level above its start.
  const auto above = std::ranges::upper_bound(levels_, fact.from);
  trials_.at(fact.trial).running_to = above == levels_.end() ? 0 : *above;
}

void SearchHistory::on(const ReportReceived& fact) {
  Trial& own = trials_.at(fact.trial);
  const auto above = std::ranges::upper_bound(levels_, fact.resource);
  if (own.running_to != 0 && fact.resource >= own.running_to)
    own.running_to = above == levels_.end() ? 0 : *above;
  if (above == levels_.begin() || !std::isfinite(fact.metric)) return;
  const Resource level = *std::prev(above);
  // The metric counts at the highest level up to its resource, unless an earlier report was there.
  // Beyond the maximum, which is the case where it is unknown, the latest report counts.
  const bool counts = fact.resource == level || level > own.highest || above == levels_.end();
  own.highest = std::max(own.highest, fact.resource);
  if (counts) observe(fact.trial, level, mode_ == Mode::min ? fact.metric : 1 - fact.metric);
}

void SearchHistory::observe(TrialId trial, Resource level, double loss) {
  const auto [at, added] = places_.emplace(std::pair(trial, level), observations_.size());
  if (added) {
    observations_.push_back({.trial = trial, .resource = level, .loss = loss});
    ++trials_.at(trial).observed;
  } else if (observations_[at->second].loss != loss) {
    observations_[at->second].loss = loss;
    ++replaced_;
  }
}

void SearchHistory::ended(TrialId trial) {
  trials_.at(trial).running_to = 0;
}

std::vector<std::pair<TrialId, Resource>> SearchHistory::pending() const {
  std::vector<std::pair<TrialId, Resource>> all;
  for (const auto& [trial, own] : trials_)
    if (own.running_to != 0) all.emplace_back(trial, own.running_to);
  return all;
}

}  // namespace troupe::schedulers
