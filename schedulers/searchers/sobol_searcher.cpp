#include "schedulers/searchers/sobol_searcher.hpp"

#include <algorithm>

#include "schedulers/searchers/suggested.hpp"

namespace troupe::schedulers {
namespace {

bool is_constant(const Parameter& parameter) {
  return std::holds_alternative<Constant>(parameter.domain);
}

/// Number of parameters that are not constants; at least 1, because a sequence needs a dimension.
std::size_t dimensions(const Space& space) {
  const auto constants = std::ranges::count_if(space.parameters(), is_constant);
  return std::max(space.parameters().size() - static_cast<std::size_t>(constants), std::size_t{1});
}

}  // namespace

std::span<const Option> SobolSearcherOptions::described() {
  return {};
}

std::vector<Method<SobolSearcherOptions>> SobolSearcherOptions::methods() {
  return {{.name = "sobol", .doc = "quasi-random: more even", .synonyms = {"quasi_random"}}};
}

std::unique_ptr<Searcher> make(const SobolSearcherOptions&, const SearchTerms& terms) {
  return std::make_unique<SobolSearcher>(terms.space, terms.seed, terms.points_to_evaluate);
}

SobolSearcher::SobolSearcher(Space space, std::uint64_t seed, const std::vector<Config>& points)
    : space_(std::move(space)),
      seed_(seed),
      points_(points_in_order(space_, points)),
      sequence_(dimensions(space_), seed),
      suggested_(space_, points_) {}

std::optional<Config> SobolSearcher::suggest(TrialId trial) {
  if (trial < points_.size()) return points_[trial];
  Rng rng = Rng::stream(seed_, "config", trial);
  return suggested_.next([this] { return next_of_sequence(); }, rng);
}

void SobolSearcher::observe(TrialId, Resource, double) {}

Config SobolSearcher::next_of_sequence() {
  const std::vector<double> point = sequence_.next();
  auto coordinate = point.begin();
  Config config;
  for (const Parameter& parameter : space_.parameters())
    config.push_back(
        {parameter.name, value_at(parameter.domain, is_constant(parameter) ? 0 : *coordinate++)});
  return space_.trimmed(std::move(config));
}

}  // namespace troupe::schedulers
