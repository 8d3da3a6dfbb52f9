#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "runtime/core/rng.hpp"

namespace troupe::schedulers {

/// A multivariate Parzen estimator over parameters: a mixture of one component for each observation
/// and one for the prior, as in Optuna 3 (`multivariate=True`) and BOHB (Falkner et al. 2018). A
/// component is a product: a normal density truncated to [0, 1] for a number, a smoothed point mass
/// for a choice, the prior for a parameter that the observation lacks (NaN).
class ParzenEstimator {
 public:
  /// `choices`: by parameter, the number of values of a choice; 0 for a number in [0, 1].
  /// `observations`: by rows, oldest first; of more than 25 the older ones weigh less.
  ParzenEstimator(std::vector<std::size_t> choices, std::vector<double> observations);

  [[nodiscard]] std::vector<double> draw(Rng& rng) const;
  [[nodiscard]] double log_density(std::span<const double> at) const;

 private:
  [[nodiscard]] std::size_t components() const { return log_weights_.size(); }

  std::vector<std::size_t> choices_;
  std::vector<double> observations_;  ///< Without the prior, which is the last component.
  std::vector<double> weights_;       ///< Sum to 1.
  double bandwidth_ = 1;              ///< Standard deviation of a number's component.
  std::vector<double> log_weights_;   ///< With the normalizers of the numbers' densities.
};

/// Proposes the next vector by a tree-structured Parzen estimator (Bergstra et al. 2011): draws
/// `candidates` vectors from the estimator of the best observations and returns those with the
/// greatest ratio to the estimator of the others first.
/// `losses`: one for each row of `observations`, finite. `pending`: rows that count as not good.
[[nodiscard]] std::vector<std::vector<double>> parzen_proposals(
    const std::vector<std::size_t>& choices, const std::vector<double>& observations,
    const std::vector<double>& losses, const std::vector<double>& pending, std::size_t candidates,
    Rng& rng);

}  // namespace troupe::schedulers
