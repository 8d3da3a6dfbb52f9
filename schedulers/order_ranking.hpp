#pragma once

#include <vector>

#include "schedulers/events.hpp"
#include "schedulers/mode.hpp"
#include "schedulers/ranking_options.hpp"

namespace troupe::schedulers {

// How alike the orders of two rungs are (Bohdal et al. 2023, appendix C; ALGORITHMS.md B5b).

/// A trial that is in both of two neighbouring rungs.
struct RankedTrial {
  TrialId trial = 0;
  double metric = 0;  ///< In the upper rung.
};

/// Rank-biased overlap (Webber et al. 2010) of two orders of the same trials, best first: 0 to 1.
/// In the reference's form it is not extrapolated, so that equal orders score but 1 - p^n.
[[nodiscard]] double rank_biased_overlap(const std::vector<RankedTrial>& upper,
                                         const std::vector<RankedTrial>& lower, double p,
                                         RankingForm form);

/// The mean, with weights p^i, of how much worse the trial at place i of the lower rung does in the
/// upper rung than the one at place i there; relative to what the latter does. `absolute`: of the
/// absolute differences.
enum class Regret { relative, absolute_relative };
[[nodiscard]] double relative_regret(const std::vector<RankedTrial>& upper,
                                     const std::vector<RankedTrial>& lower, double p, Mode mode,
                                     Regret regret);

/// Whether a criterion other than `soft` holds of two orders of the same trials; `score` becomes
/// the overlap or the regret, if it is made of one.
[[nodiscard]] bool orders_agree(const RankingOptions& options, Mode mode,
                                const std::vector<RankedTrial>& upper,
                                const std::vector<RankedTrial>& lower, double& score);

}  // namespace troupe::schedulers
