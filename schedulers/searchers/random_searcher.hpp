#pragma once

#include <vector>

#include "schedulers/searchers/searcher.hpp"
#include "schedulers/searchers/suggested.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::schedulers {

/// Random search without replacement: first `points`, then independent draws from the space.
///
/// Each trial has a random stream of its own, so that a suggestion is a function of the seed, the
/// trial, and which configurations were suggested before. In a finite space every configuration is
/// suggested exactly once and then none; in an infinite one a repetition (two configurations that
/// agree to seven digits) is drawn again up to Suggested::redraws_max times.
class RandomSearcher final : public Searcher {
 public:
  RandomSearcher(Space space, std::uint64_t seed, const std::vector<Config>& points);
  RandomSearcher(const RandomSearcher&) = delete;
  RandomSearcher& operator=(const RandomSearcher&) = delete;

  [[nodiscard]] std::optional<Config> suggest(TrialId trial) override;
  void observe(TrialId trial, Resource resource, double metric) override;

 private:
  Space space_;
  std::uint64_t seed_ = 0;
  std::vector<Config> points_;  ///< Each once.
  Suggested suggested_;         ///< Refers to `space_`.
};

}  // namespace troupe::schedulers
