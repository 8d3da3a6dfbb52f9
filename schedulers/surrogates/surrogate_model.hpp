#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::schedulers {

/// How a surrogate relates observations of different resources; README 15.2 has the formulas.
enum class ResourceKernel {
  exp_decay_sum,
  exp_decay_delta1,
  exp_decay_combined,
  freeze_thaw,
  matern52,           ///< Matern 5/2 over configuration and resource.
  matern52_res_warp,  ///< The same, with the resource warped.
  independent         ///< A process for each level, with shared length scales.
};
constexpr std::array<std::string_view, 7> enum_names(ResourceKernel) {
  return {"exp_decay_sum", "exp_decay_delta1",  "exp_decay_combined", "freeze_thaw",
          "matern52",      "matern52_res_warp", "independent"};
}

/// The form of a Gaussian process over encoded configurations x in [0, 1]^d and encoded resources z
/// in [0, 1], without the values of its parameters.
struct SurrogateModel {
  ResourceKernel kernel = ResourceKernel::exp_decay_sum;
  std::size_t dimensions = 0;       ///< d
  std::vector<bool> warped{};       ///< By dimension: whether its input is warped; empty: none.
  std::vector<double> levels{0.0};  ///< For `independent`: the encoded resources, rising.
};

/// Penalty of a parameter in the objective: minus the logarithm of its prior density.
enum class Prior { none, uniform, gamma, log_normal, narrow_log_normal, normal };

/// A parameter of a surrogate. Values are internal: the logarithm of the natural value where
/// `is_log`, else the natural value.
struct SurrogateParameter {
  std::string name;
  double initial = 0;
  double lower = 0;
  double upper = 0;  ///< Bounds may be infinite.
  bool is_log = true;
  Prior prior = Prior::none;
};

/// The parameters of a model in order: alpha, delta, gamma, mean_lambda (those that the kernel
/// has); noise; covariance scales; means; inverse length scales; powers a, then b, of warped
/// dimensions; powers a and b of a warped resource.
[[nodiscard]] std::vector<SurrogateParameter> parameters_of(const SurrogateModel& model);

/// Where the parameters of a model are in that order.
struct ParameterPlaces {
  std::size_t alpha = 0;  ///< Of the kernels with a decay only; also the next three.
  std::size_t delta = 0;  ///< exp_decay_combined only.
  std::size_t gamma = 0;
  std::size_t mean_lambda = 0;
  std::size_t noise = 0;
  std::size_t scale = 0;             ///< The first of `levels`.
  std::size_t mean = 0;              ///< The first of `levels`.
  std::size_t length = 0;            ///< The first of `lengths`.
  std::size_t power_a = 0;           ///< The first of `warped`.
  std::size_t power_b = 0;           ///< The first of `warped`.
  std::size_t resource_power_a = 0;  ///< matern52_res_warp only; also the next one.
  std::size_t resource_power_b = 0;
  std::size_t levels = 1;   ///< Number of covariance scales and of means.
  std::size_t lengths = 0;  ///< Number of inverse length scales.
  std::size_t warped = 0;   ///< Number of warped dimensions.
  std::size_t count = 0;    ///< Number of parameters.
};
[[nodiscard]] ParameterPlaces places_of(const SurrogateModel& model);

/// Whether the kernel has the decay kappa(z) of README 15.2.
[[nodiscard]] bool has_decay(ResourceKernel kernel);

/// The penalty of one internal value, and its derivative.
struct Penalty {
  double value = 0;
  double slope = 0;
};
[[nodiscard]] Penalty penalty(const SurrogateParameter& parameter, double internal);

/// `count` encoded configurations with encoded resources.
struct SurrogateInputs {
  std::vector<double> x{};  ///< count x d, by rows.
  std::vector<double> z{};  ///< count
  [[nodiscard]] std::size_t count() const { return z.size(); }
  void add(std::span<const double> configuration, double resource) {
    for (const double one : configuration) x.push_back(one);
    z.push_back(resource);
  }
};

}  // namespace troupe::schedulers
