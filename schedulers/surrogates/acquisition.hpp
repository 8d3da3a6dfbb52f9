#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "runtime/core/rng.hpp"
#include "schedulers/surrogates/posterior.hpp"

namespace troupe::schedulers {

/// Expected improvement at one resource, averaged over the columns of a posterior (fantasies), for
/// minimization. In units of the normalized targets.
class ExpectedImprovement {
 public:
  /// `resource`: encoded. `best`: by column, the mean to improve on. `jitter`: the least
  /// improvement that counts. `posterior` outlives this object.
  ExpectedImprovement(const Posterior& posterior, double resource, std::vector<double> best,
                      double jitter);
  /// Returns the value; writes its gradient to `gradient` unless that is empty.
  [[nodiscard]] double at(std::span<const double> configuration, std::span<double> gradient) const;

 private:
  const Posterior* posterior_;
  double resource_ = 0;
  std::vector<double> best_;
  double jitter_ = 0;
};

/// By column of the posterior, the least mean at `configurations` (count x d, by rows).
[[nodiscard]] std::vector<double> best_means(const Posterior& posterior,
                                             const SurrogateInputs& inputs, std::size_t columns);

/// Extends a posterior by pending evaluations. Sets `samples` columns of targets: the observed
/// ones, then one joint draw at the pending inputs in each column. Without pending inputs there is
/// one column. Returns the number of columns.
[[nodiscard]] std::size_t add_fantasies(Posterior& posterior, const std::vector<double>& targets,
                                        const SurrogateInputs& pending, std::size_t samples,
                                        Rng& rng);

/// Thompson sampling: for each candidate one draw in each column, averaged over the columns.
/// Returns the index of the candidate with the least average. Candidates that cannot be the least
/// are not evaluated.
[[nodiscard]] std::size_t least_sample(const Posterior& posterior,
                                       const SurrogateInputs& candidates, std::size_t columns,
                                       Rng& rng);

}  // namespace troupe::schedulers
