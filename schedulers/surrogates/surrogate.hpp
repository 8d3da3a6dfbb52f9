#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "runtime/core/rng.hpp"
#include "schedulers/surrogates/posterior.hpp"
#include "schedulers/surrogates/surrogate_model.hpp"
#include "schedulers/surrogates/targets.hpp"

namespace troupe::schedulers {

/// Options of a Surrogate.
struct SurrogateOptions {
  bool box_cox = false;
  std::size_t observations_max = 500;  ///< In the model; at least 50.
  std::size_t fantasies = 20;
  double jitter = 0.01;  ///< Least improvement, in standard deviations of the losses.
  /// Limits of evaluations of the maximization of expected improvement.
  int improvements_max = 12;
  std::uint64_t seed = 0;
};

/// What a proposal depends on, besides the observations. Configurations are encoded.
struct SurrogateQuery {
  SurrogateInputs pending;     ///< Running evaluations.
  SurrogateInputs known;       ///< Observed and pending configurations, at the modelled resource.
  SurrogateInputs candidates;  ///< At the modelled resource; at least one.
};

struct SurrogateProposal {
  std::size_t candidate = 0;    ///< The best candidate.
  std::vector<double> refined;  ///< The maximum of expected improvement near it.
  double improvement = 0;       ///< Expected improvement at the maximum, in standard deviations.
};

/// A surrogate of observations that arrive one by one, with its cache: fitted parameters and the
/// Cholesky factor. A proposal depends only on the options, on the observations in order, and on
/// the query: neither on earlier proposals nor on when observations arrived between them.
class Surrogate {
 public:
  Surrogate(SurrogateModel model, const SurrogateOptions& options);

  void observe(const Observation& observation, std::span<const double> configuration,
               double resource);
  [[nodiscard]] std::size_t count() const { return observations_.size(); }

  /// At least one observation.
  [[nodiscard]] SurrogateProposal propose(const SurrogateQuery& query, Rng& rng);

  /// Of the latest proposal: the inverse length scale of each coordinate.
  [[nodiscard]] std::vector<double> inverse_lengths() const;

  /// Number of observations to which the parameters are fitted, of `count` observations: each
  /// number up to 50, then in steps of a twentieth, 25 at most.
  [[nodiscard]] static std::size_t fitted_to(std::size_t count);

 private:
  void update();
  [[nodiscard]] Targets targets() const;
  void append(SurrogateInputs& rows, std::size_t place) const;

  SurrogateModel model_;
  SurrogateOptions options_;
  std::vector<Observation> observations_;
  SurrogateInputs inputs_;
  // The cache.
  std::size_t fitted_ = 0;           ///< Number of observations that `parameters_` are fitted to.
  std::vector<std::size_t> places_;  ///< The observations that are rows of `posterior_`.
  std::vector<double> parameters_;
  std::optional<Posterior> posterior_;
};

}  // namespace troupe::schedulers
