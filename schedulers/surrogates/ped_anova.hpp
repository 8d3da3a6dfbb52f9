#pragma once

#include <cstddef>
#include <vector>

namespace troupe::schedulers {

/// The least number of observations for which ped_anova() says something.
inline constexpr std::size_t ped_anova_least = 20;

/// The importance of each parameter for being among the best tenth: PED-ANOVA (Watanabe, Bansal and
/// Hutter 2023). It is the Pearson divergence of a parameter's density over the best observations
/// from its density over all, normalized so that the sum is 1; all 0 if no parameter matters.
/// Effects of several parameters together are not seen.
///
/// `choices`: by parameter, the number of values of a choice; 0 for a number in [0, 1].
/// `observations`: by rows, a value for each parameter; NaN where it is inactive. `losses`: finite,
/// one for each row; at least ped_anova_least rows.
[[nodiscard]] std::vector<double> ped_anova(const std::vector<std::size_t>& choices,
                                            const std::vector<double>& observations,
                                            const std::vector<double>& losses);

}  // namespace troupe::schedulers
