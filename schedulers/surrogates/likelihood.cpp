#include "schedulers/surrogates/likelihood.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "runtime/core/check.hpp"
#include "schedulers/surrogates/cholesky.hpp"
#include "schedulers/surrogates/covariance.hpp"

namespace troupe::schedulers {

struct MarginalLikelihood::Observations {
  InputMatrix inputs;
  Eigen::VectorXd targets;
};

namespace {

/// The negative log likelihood; writes its gradient to `gradient` unless that is empty.
double evaluate(const SurrogateModel& model, const InputMatrix& inputs,
                const Eigen::VectorXd& targets, std::span<const double> internal,
                std::span<double> gradient) {
  const Covariance covariance(model, internal);
  Covariance::Terms terms = covariance.terms(inputs);
  Eigen::MatrixXd& factor = terms.covariance;
  (void)factor_in_place(factor, covariance.noise());
  Eigen::VectorXd solved =
      factor.triangularView<Eigen::Lower>().solve(targets - covariance.mean(inputs));
  const double value = solved.squaredNorm() / 2 + factor.diagonal().array().log().sum() +
                       static_cast<double>(targets.size()) * std::log(2 * std::numbers::pi) / 2;
  if (gradient.empty()) return value;
  solved = factor.transpose().triangularView<Eigen::Upper>().solve(solved).eval();
  invert_in_place(factor);
  factor.selfadjointView<Eigen::Lower>().rankUpdate(solved, -1);
  std::ranges::copy(covariance.gradient(inputs, terms, factor, solved), gradient.begin());
  return value;
}

}  // namespace

MarginalLikelihood::MarginalLikelihood(const SurrogateModel& model, const SurrogateInputs& inputs,
                                       const std::vector<double>& targets)
    : model_(model), parameters_(parameters_of(model)) {
  check(targets.size() == inputs.count(), "each input has a target");
  observations_ = std::make_unique<const Observations>(
      Observations{matrix_of(inputs, model.dimensions),
                   Eigen::Map<const Eigen::VectorXd>(targets.data(),
                                                     static_cast<Eigen::Index>(targets.size()))});
}

MarginalLikelihood::~MarginalLikelihood() = default;
MarginalLikelihood::MarginalLikelihood(MarginalLikelihood&&) noexcept = default;
MarginalLikelihood& MarginalLikelihood::operator=(MarginalLikelihood&&) noexcept = default;

double MarginalLikelihood::negative_log(std::span<const double> internal) const {
  return evaluate(model_, observations_->inputs, observations_->targets, internal, {});
}

double MarginalLikelihood::objective(std::span<const double> internal,
                                     std::span<double> gradient) const {
  double value =
      evaluate(model_, observations_->inputs, observations_->targets, internal, gradient);
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Penalty one = penalty(parameters_[i], internal[i]);
    value += one.value;
    if (!gradient.empty()) gradient[i] += one.slope;
  }
  return value;
}

}  // namespace troupe::schedulers
