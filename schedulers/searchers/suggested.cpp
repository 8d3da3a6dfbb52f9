#include "schedulers/searchers/suggested.hpp"

#include <set>
#include <string>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {

std::vector<Config> points_in_order(const Space& space, const std::vector<Config>& points) {
  std::vector<Config> ordered;
  std::set<std::string> seen;
  for (const Config& partial : points) {
    Config point = space.completed(partial);
    check(space.contains(point), "a point to evaluate lies in the space");
    check(space.forbidding(point) == nullptr, "a point to evaluate is not forbidden");
    if (seen.insert(space.match(point)).second) ordered.push_back(std::move(point));
  }
  return ordered;
}

Suggested::Suggested(const Space& space, const std::vector<Config>& points)
    : space_(&space), cardinality_(space.cardinality()) {
  for (const Config& point : points) add(point);
}

void Suggested::add(const Config& config) {
  if (cardinality_)
    numbers_.insert(space_->number_of(config));
  else
    matches_.insert(space_->match(config));
}

bool Suggested::contains(const Config& config) const {
  return cardinality_ ? numbers_.contains(space_->number_of(config))
                      : matches_.contains(space_->match(config));
}

std::optional<std::vector<Config>> Suggested::remaining(std::size_t most) const {
  if (!cardinality_ || *cardinality_ - numbers_.size() > most) return std::nullopt;
  std::vector<Config> configs;
  for (std::uint64_t number = 0; number < *cardinality_; ++number)
    if (!numbers_.contains(number)) configs.push_back(space_->config_number(number));
  return configs;
}

std::optional<Config> Suggested::next(const std::function<Config()>& draw, Rng& rng) const {
  if (cardinality_) return next_counted(draw, rng);
  for (int redraws = 0, forbidden = 0; forbidden < forbidden_max;) {
    Config config = draw();
    if (space_->forbidding(config) != nullptr) {
      ++forbidden;
      continue;
    }
    forbidden = 0;
    if (!matches_.contains(space_->match(config)) || redraws == redraws_max) return config;
    ++redraws;
  }
  return std::nullopt;
}

std::optional<Config> Suggested::next_counted(const std::function<Config()>& draw, Rng& rng) const {
  if (numbers_.size() == *cardinality_) return std::nullopt;
  for (int redraws = 0; redraws <= redraws_max; ++redraws) {
    Config config = draw();
    if (space_->forbidding(config) != nullptr) continue;
    if (!numbers_.contains(space_->number_of(config))) return config;
  }
  return space_->config_number(draw_remaining(rng));
}

/// A uniform draw from the numbers below the cardinality that were not suggested.
std::uint64_t Suggested::draw_remaining(Rng& rng) const {
  std::uint64_t number = rng.below(*cardinality_ - numbers_.size());
  for (const std::uint64_t suggested : numbers_) {  // Rising; each one at or below it shifts it up.
    if (suggested > number) break;
    ++number;
  }
  return number;
}

}  // namespace troupe::schedulers
