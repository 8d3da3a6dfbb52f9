#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "schedulers/events.hpp"
#include "schedulers/surrogates/rank_correlation.hpp"

namespace troupe::schedulers {

/// Whether rungs predict each other: the rank correlation of each two neighbouring levels over the
/// trials that reached both. Trials that were not promoted are in no upper level, which lowers the
/// correlation.
class RungAgreement {
 public:
  /// `levels`: rising.
  explicit RungAgreement(const std::vector<Resource>& levels = {});

  /// The first report of a trial at or above a level counts there, if its metric is finite.
  void report(TrialId trial, Resource resource, double metric);

  struct Pair {
    Resource lower = 0;
    Resource upper = 0;
    std::size_t trials = 0;                        ///< That reached both.
    std::optional<RankCorrelation> correlation{};  ///< None for fewer than four trials.
  };
  /// Each two neighbouring levels, lowest first, as far as trials have come.
  [[nodiscard]] std::vector<Pair> pairs() const;
  /// The lowest two levels. O(n log n).
  [[nodiscard]] std::optional<Pair> lowest_pair() const;
  /// Number of trials that reached the lowest two levels.
  [[nodiscard]] std::size_t trials_in_lowest_pair() const {
    return levels_.size() < 2 ? 0 : levels_[1].metrics.size();
  }

 private:
  struct Level {
    Resource resource = 0;
    std::map<TrialId, double> metrics;
  };
  [[nodiscard]] static Pair compare(const Level& lower, const Level& upper);

  std::vector<Level> levels_;
  std::vector<std::size_t> next_;  ///< By trial: the lowest level that it has not reached.
};

/// With two decimals: "0.81".
[[nodiscard]] std::string text_of(const RankCorrelation& correlation);

}  // namespace troupe::schedulers
