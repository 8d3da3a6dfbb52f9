#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "schedulers/surrogates/surrogate_model.hpp"

namespace troupe::schedulers {

/// How the parameters of a surrogate are fitted.
struct FitOptions {
  /// Limit of evaluations of the objective, for each start.
  int evaluations_max = 50;
  /// The first start has the initial values, the others are random: standard normal around them.
  int starts = 2;
  /// With more observations, the starts use a random subset of this size. The best result is then
  /// refined on all observations.
  std::size_t subset = 150;
  int refinements_max = 16;  ///< Limit of evaluations of the refinement.
  std::uint64_t seed = 0;
};

struct Fitted {
  std::vector<double> internal;  ///< One for each parameter of the model.
  double objective = 0;          ///< Over all observations.
};

/// Fits the parameters by empirical Bayes: minimizes the objective of MarginalLikelihood.
/// `targets`: normalized, finite, at least one.
[[nodiscard]] Fitted fit(const SurrogateModel& model, const SurrogateInputs& inputs,
                         const std::vector<double>& targets, const FitOptions& options);

}  // namespace troupe::schedulers
