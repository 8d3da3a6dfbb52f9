#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "runtime/core/rng.hpp"
#include "schedulers/surrogates/surrogate_model.hpp"

namespace troupe::schedulers {

/// Posterior process of a surrogate with given parameters, for one or several columns of targets
/// (one for each fantasy). Keeps the Cholesky factor of the covariance of its inputs.
class Posterior {
 public:
  /// Factors the covariance of `inputs`: n^3 / 3 operations.
  Posterior(const SurrogateModel& model, const std::vector<double>& internal,
            const SurrogateInputs& inputs);
  ~Posterior();
  Posterior(Posterior&&) noexcept;
  Posterior& operator=(Posterior&&) noexcept;

  /// Appends inputs, one row of the factor after the other: n^2 operations each. The result depends
  /// only on the inputs that were given at construction and on those appended, not on calls
  /// between.
  void extend(const SurrogateInputs& inputs);
  /// Removes the inputs behind the first `count`.
  void truncate(std::size_t count);
  [[nodiscard]] std::size_t count() const;

  /// Sets the targets. `targets`: count() x `columns`, by columns.
  void set_targets(const std::vector<double>& targets, std::size_t columns);

  /// Means: inputs.count() x columns, by columns.
  [[nodiscard]] std::vector<double> means(const SurrogateInputs& inputs) const;
  /// Standard deviations without noise, the same for all columns.
  [[nodiscard]] std::vector<double> deviations(const SurrogateInputs& inputs) const;
  /// Means, and upper bounds of the deviations: those that the best single observation leaves.
  struct Bounds {
    std::vector<double> means;            ///< As means().
    std::vector<double> deviations_most;  ///< One for each input.
  };
  [[nodiscard]] Bounds bounds(const SurrogateInputs& inputs) const;

  /// Means and deviation at one point, with derivatives with respect to the configuration.
  struct AtPoint {
    std::vector<double> means;  ///< By column.
    double deviation = 0;
    std::vector<double> mean_gradients;  ///< d x columns, by columns.
    std::vector<double> deviation_gradient;
  };
  [[nodiscard]] AtPoint at(std::span<const double> configuration, double resource) const;

  /// `samples` joint draws without noise at the inputs, from the posterior of the first column:
  /// inputs.count() x samples, by columns.
  [[nodiscard]] std::vector<double> draw(const SurrogateInputs& inputs, std::size_t samples,
                                         Rng& rng) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace troupe::schedulers
