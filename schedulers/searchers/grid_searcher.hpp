#pragma once

#include <set>
#include <string>
#include <vector>

#include "schedulers/searchers/searcher.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::schedulers {

/// Every combination once: first `points`, then nested loops in the order of the study file, the
/// last parameter varying fastest.
///
/// A finite range, a choice or an ordinal takes all its values. A continuous or integer parameter
/// takes `samples` values (all of them, if it has no more), evenly spaced on its own scale, both
/// ends among them. A parameter that is inactive takes none, and combinations that are forbidden
/// are left out.
class GridSearcher final : public Searcher {
 public:
  /// So many combinations in a row may be left out; after that the grid counts as exhausted.
  static constexpr int left_out_max = 1 << 20;

  GridSearcher(Space space, std::size_t samples, const std::vector<Config>& points);

  [[nodiscard]] std::optional<Config> suggest(TrialId trial) override;
  void observe(TrialId trial, Resource resource, double metric) override;

 private:
  [[nodiscard]] std::optional<Config> next_of_grid();
  [[nodiscard]] std::optional<std::size_t> dead_end(const Config& full, const Config& config) const;
  void advance(std::size_t axis);

  Space space_;
  std::vector<std::vector<Value>> axes_;  ///< The values of each parameter.
  std::vector<Config> points_;
  std::set<std::string> points_seen_;
  std::vector<std::size_t>
      known_at_;  ///< By parameter: the axis from which on its activity is known.
  std::vector<std::size_t> cursor_;  ///< Of the next configuration: a place on each axis.
  bool exhausted_ = false;
};

}  // namespace troupe::schedulers
