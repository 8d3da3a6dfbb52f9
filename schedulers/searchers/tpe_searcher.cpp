#include "schedulers/searchers/tpe_searcher.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <variant>

#include "runtime/core/rng.hpp"
#include "schedulers/searchers/modelled_resource.hpp"
#include "schedulers/surrogates/parzen_estimator.hpp"

namespace troupe::schedulers {

namespace {

constexpr std::array tpe_option_list{
    option<&TpeOptions::random_first>({
        .key = "num_init_random",
        .most = 1'000'000,
        .methods = {"tpe"},
        .doc = "tpe: observed configurations before the model is used. Default {default}",
    }),
    option<&TpeOptions::candidates>({
        .key = "num_init_candidates",
        .least = 1,
        .most = 100'000,
        .methods = {"tpe"},
        .doc = "tpe: configurations to choose from. Default {default}",
    }),
};

}  // namespace

std::span<const Option> TpeOptions::described() {
  return tpe_option_list;
}

std::vector<Method<TpeOptions>> TpeOptions::methods() {
  return {{.name = "tpe",
           .doc = "a tree-structured Parzen estimator, as in Optuna and BOHB",
           .synonyms = {"kde"}}};
}

std::unique_ptr<Searcher> make(const TpeOptions& options, const SearchTerms& terms) {
  return std::make_unique<TpeSearcher>(options, terms);
}

TpeSearcher::TpeSearcher(const TpeOptions& options, const SearchTerms& terms)
    : options_(options),
      space_(terms.space),
      seed_(terms.seed),
      points_(points_in_order(space_, terms.points_to_evaluate)),
      history_(terms),
      encoding_(space_),
      suggested_(space_, points_) {}

void TpeSearcher::learn(const SearchFact& fact) {
  history_.learn(fact);
  if (const auto* assigned = std::get_if<ConfigAssigned>(&fact)) {
    suggested_.add(assigned->config);
    rows_[assigned->trial] = encoding_.compact(assigned->config);
  }
}

std::optional<Proposal> TpeSearcher::suggest(TrialId trial) {
  if (trial < points_.size()) return Proposal{points_[trial], SuggestionSource::points_to_evaluate};
  const std::size_t enough =
      std::max<std::size_t>(options_.random_first, encoding_.parameters() + 2);
  if (encoding_.parameters() > 0)
    if (const auto resource = highest_with(history_, enough))
      if (auto proposal = from_estimators(trial, *resource)) return proposal;
  Rng rng = Rng::stream(seed_, "config", trial);
  auto config = suggested_.next([&] { return space_.sample(rng); }, rng);
  if (!config) return std::nullopt;
  return Proposal{std::move(*config), SuggestionSource::random};
}

/// Trials by rank: those with an observation at `resource` by its loss, then the others by their
/// highest resource and their loss there. As in Optuna, a trial that did not get far is not good.
std::vector<TpeSearcher::Ranked> TpeSearcher::ranked(Resource resource) const {
  std::map<TrialId, Ranked> best;  // By trial: its observation that counts.
  for (const Observation& one : history_.observations()) {
    const Ranked found{
        .reached = std::min(one.resource, resource), .loss = one.loss, .trial = one.trial};
    Ranked& own = best.emplace(one.trial, found).first->second;
    if (one.resource <= resource) own = found;  // Resources rise.
  }
  std::vector<Ranked> all;
  for (const auto& [trial, own] : best) all.push_back(own);
  std::ranges::stable_sort(all, [](const Ranked& a, const Ranked& b) {
    return a.reached != b.reached ? a.reached > b.reached : a.loss < b.loss;
  });
  return all;
}

/// None if no candidate is new and allowed.
std::optional<Proposal> TpeSearcher::from_estimators(TrialId trial, Resource resource) const {
  std::map<TrialId, double> ranks;
  for (const Ranked& one : ranked(resource))
    ranks.emplace(one.trial, static_cast<double>(ranks.size()));
  std::vector<double> observed;
  std::vector<double> losses;
  std::vector<double> pending;
  const auto add = [](std::vector<double>& rows, const std::vector<double>& row) {
    rows.insert(rows.end(), row.begin(), row.end());
  };
  for (const auto& [observed_trial, rank] : ranks) {
    add(observed, rows_.at(observed_trial));
    losses.push_back(rank);
  }
  for (const auto& [running, level] : history_.pending())
    if (!ranks.contains(running)) add(pending, rows_.at(running));
  Rng rng = Rng::stream(seed_, "model", trial);
  for (const auto& vector :
       parzen_proposals(encoding_.choices(), observed, losses, pending, options_.candidates, rng)) {
    Config config = encoding_.from_compact(vector);
    if (space_.forbidding(config) != nullptr || suggested_.contains(config)) continue;
    return Proposal{std::move(config), SuggestionSource::model};
  }
  return std::nullopt;
}

}  // namespace troupe::schedulers
