#include "schedulers/searchers/random_searcher.hpp"

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

std::optional<Config> RandomSearcher::suggest(TrialId trial) {
  if (trial < points_.size()) return points_[trial];
  Rng rng = Rng::stream(seed_, "config", trial);
  return suggested_.next([&] { return space_.sample(rng); }, rng);
}

void RandomSearcher::observe(TrialId, Resource, double) {}

}  // namespace troupe::schedulers
