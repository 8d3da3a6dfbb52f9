#pragma once

#include <memory>
#include <span>
#include <vector>

#include "schedulers/surrogates/surrogate_model.hpp"

namespace troupe::schedulers {

/// Marginal likelihood of observations under a surrogate, as a function of its parameters.
class MarginalLikelihood {
 public:
  /// `targets`: one for each input, normalized; finite.
  MarginalLikelihood(const SurrogateModel& model, const SurrogateInputs& inputs,
                     const std::vector<double>& targets);
  ~MarginalLikelihood();
  MarginalLikelihood(MarginalLikelihood&&) noexcept;
  MarginalLikelihood& operator=(MarginalLikelihood&&) noexcept;

  /// Negative logarithm of the marginal likelihood of the internal parameters.
  [[nodiscard]] double negative_log(std::span<const double> internal) const;
  /// The same plus the penalties: minus the logarithm of the posterior density. Writes its gradient
  /// to `gradient`, unless that is empty.
  [[nodiscard]] double objective(std::span<const double> internal,
                                 std::span<double> gradient) const;

  [[nodiscard]] const std::vector<SurrogateParameter>& parameters() const { return parameters_; }

 private:
  struct Observations;
  SurrogateModel model_;
  std::vector<SurrogateParameter> parameters_;
  std::unique_ptr<const Observations> observations_;
};

}  // namespace troupe::schedulers
