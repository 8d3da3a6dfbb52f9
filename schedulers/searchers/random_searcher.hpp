#pragma once

#include <set>
#include <string>
#include <vector>

#include "schedulers/searchers/searcher.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::schedulers {

/// Random search without replacement: first `points`, then independent draws from the space.
///
/// Each trial has a random stream of its own, so that a suggestion is a function of the seed, the
/// trial, and which configurations were suggested before. In a finite space every configuration is
/// suggested exactly once and then none; in an infinite one a repetition (two configurations that
/// agree to seven digits) is drawn again up to `redraws_max` times.
class RandomSearcher final : public Searcher {
 public:
  static constexpr int redraws_max = 100;

  RandomSearcher(Space space, std::uint64_t seed, const std::vector<Config>& points);

  [[nodiscard]] std::optional<Config> suggest(TrialId trial) override;
  void observe(TrialId trial, Resource resource, double metric) override;

 private:
  [[nodiscard]] Config draw_among_infinitely_many(Rng& rng);
  [[nodiscard]] std::optional<Config> draw_among(std::uint64_t count, Rng& rng);
  [[nodiscard]] std::uint64_t draw_number_left(std::uint64_t count, Rng& rng) const;

  Space space_;
  std::uint64_t seed_ = 0;
  std::vector<Config> points_;  ///< Each once.
  std::optional<std::uint64_t> cardinality_;
  std::set<std::string> matches_;    ///< Suggested, in an infinite space.
  std::set<std::uint64_t> numbers_;  ///< Suggested, in a finite one.
};

}  // namespace troupe::schedulers
