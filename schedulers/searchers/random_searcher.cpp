#include "schedulers/searchers/random_searcher.hpp"

#include <utility>
#include <variant>

#include "schedulers/searchers/suggested.hpp"

namespace troupe::schedulers {

std::span<const Option> RandomSearcherOptions::described() {
  return {};
}

std::vector<Method<RandomSearcherOptions>> RandomSearcherOptions::methods() {
  return {{.name = "random", .doc = "drawn independently"}};
}

std::unique_ptr<Searcher> make(const RandomSearcherOptions&, const SearchTerms& terms) {
  return std::make_unique<RandomSearcher>(terms.space, terms.seed, terms.points_to_evaluate);
}

RandomSearcher::RandomSearcher(Space space, std::uint64_t seed, const std::vector<Config>& points)
    : space_(std::move(space)),
      seed_(seed),
      points_(points_in_order(space_, points)),
      suggested_(space_, points_) {}

std::optional<Proposal> RandomSearcher::suggest(TrialId trial) {
  if (trial < points_.size()) return Proposal{points_[trial], SuggestionSource::points_to_evaluate};
  Rng rng = Rng::stream(seed_, "config", trial);
  auto config = suggested_.next([&] { return space_.sample(rng); }, rng);
  if (!config) return std::nullopt;
  return Proposal{std::move(*config), SuggestionSource::random};
}

void RandomSearcher::learn(const SearchFact& fact) {
  if (const auto* assigned = std::get_if<ConfigAssigned>(&fact)) suggested_.add(assigned->config);
}

}  // namespace troupe::schedulers
