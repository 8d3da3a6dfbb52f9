#include "schedulers/searchers/random_searcher.hpp"

#include "runtime/core/check.hpp"
#include "schedulers/searchers/points.hpp"

namespace troupe::schedulers {

RandomSearcher::RandomSearcher(Space space, std::uint64_t seed, const std::vector<Config>& points)
    : space_(std::move(space)),
      seed_(seed),
      points_(points_in_order(space_, points)),
      cardinality_(space_.cardinality()) {
  for (const Config& point : points_) {
    if (cardinality_)
      numbers_.insert(space_.number_of(point));
    else
      matches_.insert(space_.match(point));
  }
}

std::optional<Config> RandomSearcher::suggest(TrialId trial) {
  if (trial < points_.size()) return points_[trial];
  Rng rng = Rng::stream(seed_, "config", trial);
  if (cardinality_) return draw_among(*cardinality_, rng);
  return draw_among_infinitely_many(rng);
}

void RandomSearcher::observe(TrialId, Resource, double) {}

Config RandomSearcher::draw_among_infinitely_many(Rng& rng) {
  for (int redraws = 0;; ++redraws) {
    Config config = space_.sample(rng);
    if (matches_.insert(space_.match(config)).second || redraws == redraws_max) return config;
  }
}

std::optional<Config> RandomSearcher::draw_among(std::uint64_t count, Rng& rng) {
  if (numbers_.size() == count) return std::nullopt;
  for (int redraws = 0; redraws <= redraws_max; ++redraws) {
    Config config = space_.sample(rng);
    if (numbers_.insert(space_.number_of(config)).second) return config;
  }
  // Few are left: each of them is as likely as another.
  const std::uint64_t number = draw_number_left(count, rng);
  numbers_.insert(number);
  return space_.config_number(number);
}

std::uint64_t RandomSearcher::draw_number_left(std::uint64_t count, Rng& rng) const {
  std::uint64_t number = rng.below(count - numbers_.size());
  for (const std::uint64_t suggested : numbers_) {  // Ascending: each one below shifts the rest up.
    if (suggested > number) break;
    ++number;
  }
  return number;
}

}  // namespace troupe::schedulers
