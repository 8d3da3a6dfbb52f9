#include "schedulers/searchers/suggested.hpp"

namespace troupe::schedulers {

Suggested::Suggested(const Space& space, const std::vector<Config>& points)
    : space_(&space), cardinality_(space.cardinality()) {
  for (const Config& point : points) {
    if (cardinality_)
      numbers_.insert(space.number_of(point));
    else
      matches_.insert(space.match(point));
  }
}

std::optional<Config> Suggested::next(const std::function<Config()>& draw, Rng& rng) {
  if (cardinality_) return next_counted(draw, rng);
  for (int redraws = 0, forbidden = 0; forbidden < forbidden_max;) {
    Config config = draw();
    if (space_->forbidding(config) != nullptr) {
      ++forbidden;
      continue;
    }
    forbidden = 0;
    if (matches_.insert(space_->match(config)).second || redraws == redraws_max) return config;
    ++redraws;
  }
  return std::nullopt;
}

std::optional<Config> Suggested::next_counted(const std::function<Config()>& draw, Rng& rng) {
  if (numbers_.size() == *cardinality_) return std::nullopt;
  for (int redraws = 0; redraws <= redraws_max; ++redraws) {
    Config config = draw();
    if (space_->forbidding(config) != nullptr) continue;
    if (numbers_.insert(space_->number_of(config)).second) return config;
  }
  const std::uint64_t number = draw_number_left(rng);
  numbers_.insert(number);
  return space_->config_number(number);
}

std::uint64_t Suggested::draw_number_left(Rng& rng) const {
  std::uint64_t number = rng.below(*cardinality_ - numbers_.size());
  for (const std::uint64_t suggested : numbers_) {  // Ascending: each one below shifts the rest up.
    if (suggested > number) break;
    ++number;
  }
  return number;
}

}  // namespace troupe::schedulers
