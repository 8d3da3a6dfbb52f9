#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "schedulers/space/space.hpp"

namespace troupe::schedulers {

/// The configurations to suggest first, in order: `points` completed with midpoints, without
/// duplicates. Each point is in the space and allowed.
[[nodiscard]] std::vector<Config> points_in_order(const Space& space,
                                                  const std::vector<Config>& points);

/// The set of configurations that were assigned, and of the points. Selects new and allowed ones
/// from random draws.
class Suggested {
 public:
  /// How often a duplicate is drawn again. After that, a finite space chooses among the remaining
  /// configurations, and an infinite one returns the duplicate.
  static constexpr int redraws_max = 100;
  /// After this number of forbidden draws in a row, a space without a cardinality counts as
  /// exhausted.
  static constexpr int forbidden_max = 100'000;

  /// `space` outlives this object. `points`: suggested first.
  Suggested(const Space& space, const std::vector<Config>& points);

  /// Adds a configuration to the set.
  void add(const Config& config);
  [[nodiscard]] bool contains(const Config& config) const;
  /// The configurations that are not in the set, if they are at most `most`.
  [[nodiscard]] std::optional<std::vector<Config>> remaining(std::size_t most) const;

  /// Returns the first result of `draw` that is allowed and not in the set. After redraws_max
  /// duplicates in a space with a cardinality: one of the remaining configurations, chosen
  /// uniformly with `rng`. None if none remains.
  [[nodiscard]] std::optional<Config> next(const std::function<Config()>& draw, Rng& rng) const;

 private:
  [[nodiscard]] std::optional<Config> next_counted(const std::function<Config()>& draw,
                                                   Rng& rng) const;
  [[nodiscard]] std::uint64_t draw_remaining(Rng& rng) const;

  const Space* space_;
  std::optional<std::uint64_t> cardinality_;
  std::set<std::string> matches_;    ///< See Space::match(); for a space without a cardinality.
  std::set<std::uint64_t> numbers_;  ///< See Space::number_of(); for a space with a cardinality.
};

}  // namespace troupe::schedulers
