#pragma once

#include <vector>

#include "schedulers/events.hpp"
#include "schedulers/mode.hpp"
#include "schedulers/ranking_options.hpp"

namespace troupe::schedulers {

// PASHA's criteria that compare the orders of two rungs (Bohdal et al. 2023, appendices C.1.1,
// C.1.3 and C.1.4; README 4.5). `upper` and `lower` are the common trials of two neighbouring
// rungs, best first, in the order of the upper and of the lower rung: n entries each, n >= 1.

/// A common trial of two neighbouring rungs.
struct RankedTrial {
  TrialId trial = 0;
  double metric = 0;  ///< The finite metric in the upper rung.
};

/// Rank-biased overlap (Webber et al. 2010), from 0 to 1; 1 for equal orders. `p`: weight of each
/// next rank, above 0 and at most 1. Form `reference` does not extrapolate: equal orders score
/// 1 - p^n.
[[nodiscard]] double rank_biased_overlap(const std::vector<RankedTrial>& upper,
                                         const std::vector<RankedTrial>& lower, double p,
                                         RankingForm form);

/// `absolute_relative`: each difference counts as its absolute value.
enum class Regret { relative, absolute_relative };
/// Reciprocal rank regret (appendix C.1.4): the mean over positions i = 0 .. n-1, with weights p^i,
/// of how much worse trial i of the lower order is in the upper rung than trial i of the upper
/// order, relative to the metric of the latter. 0 for equal orders.
[[nodiscard]] double relative_regret(const std::vector<RankedTrial>& upper,
                                     const std::vector<RankedTrial>& lower, double p, Mode mode,
                                     Regret regret);

/// Whether the orders agree by a criterion other than `soft`. Sets `score` to the overlap or the
/// regret if the criterion has one.
[[nodiscard]] bool orders_agree(const RankingOptions& options, Mode mode,
                                const std::vector<RankedTrial>& upper,
                                const std::vector<RankedTrial>& lower, double& score);

}  // namespace troupe::schedulers
