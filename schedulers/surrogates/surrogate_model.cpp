#include "schedulers/surrogates/surrogate_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace troupe::schedulers {
namespace {

SurrogateParameter log_parameter(std::string name, double initial, double lower, double upper,
                                 Prior prior = Prior::none) {
  return {.name = std::move(name),
          .initial = std::log(initial),
          .lower = std::log(lower),
          .upper = std::log(upper),
          .is_log = true,
          .prior = prior};
}

SurrogateParameter power(std::string name) {
  return log_parameter(std::move(name), 1, 0.25, 4, Prior::narrow_log_normal);
}

/// ln Gamma(0.1): the normalizer of the noise's prior, a gamma density of mean 0.1 and shape 0.1.
constexpr double log_gamma_tenth = 2.2527126517342060;

}  // namespace

bool has_decay(ResourceKernel kernel) {
  return kernel == ResourceKernel::exp_decay_sum || kernel == ResourceKernel::exp_decay_delta1 ||
         kernel == ResourceKernel::exp_decay_combined || kernel == ResourceKernel::freeze_thaw;
}

ParameterPlaces places_of(const SurrogateModel& model) {
  ParameterPlaces places;
  std::size_t next = 0;
  const auto take = [&next](std::size_t count) { return (next += count) - count; };
  if (has_decay(model.kernel)) {
    places.alpha = take(1);
    if (model.kernel == ResourceKernel::exp_decay_combined) places.delta = take(1);
    places.gamma = take(1);
    places.mean_lambda = take(1);
  }
  const bool over_resource =
      model.kernel == ResourceKernel::matern52 || model.kernel == ResourceKernel::matern52_res_warp;
  places.levels = model.kernel == ResourceKernel::independent ? model.levels.size() : 1;
  places.lengths = model.dimensions + (over_resource ? 1 : 0);
  places.warped = static_cast<std::size_t>(std::ranges::count(model.warped, true));
  places.noise = take(1);
  places.scale = take(places.levels);
  places.mean = take(places.levels);
  places.length = take(places.lengths);
  places.power_a = take(places.warped);
  places.power_b = take(places.warped);
  if (model.kernel == ResourceKernel::matern52_res_warp) {
    places.resource_power_a = take(1);
    places.resource_power_b = take(1);
  }
  places.count = next;
  return places;
}

std::vector<SurrogateParameter> parameters_of(const SurrogateModel& model) {
  const ParameterPlaces places = places_of(model);
  std::vector<SurrogateParameter> all;
  if (has_decay(model.kernel)) {
    all.push_back(log_parameter("alpha", 1, 1e-6, 250));
    if (model.kernel == ResourceKernel::exp_decay_combined)
      all.push_back({.name = "delta", .initial = 0.5, .lower = 0, .upper = 1, .is_log = false});
    all.push_back(log_parameter("gamma", 0.5, 1e-4, 1));
    all.push_back(log_parameter("mean_lambda", 0.5, 1e-4, 50));
  }
  all.push_back(log_parameter("noise_variance", 1e-3, 1e-9, 1e6, Prior::gamma));
  for (std::size_t i = 0; i < places.levels; ++i)
    all.push_back(log_parameter("covariance_scale", 1, 1e-3, 1e3, Prior::log_normal));
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < places.levels; ++i)
    all.push_back({.name = "mean",
                   .initial = 0,
                   .lower = -infinity,
                   .upper = infinity,
                   .is_log = false,
                   .prior = Prior::normal});
  for (std::size_t i = 0; i < places.lengths; ++i)
    all.push_back(log_parameter("inverse_length_scale", 1, 1e-4, 100, Prior::uniform));
  for (std::size_t i = 0; i < places.warped; ++i) all.push_back(power("power_a"));
  for (std::size_t i = 0; i < places.warped; ++i) all.push_back(power("power_b"));
  if (model.kernel == ResourceKernel::matern52_res_warp)
    for (const char* name : {"resource_power_a", "resource_power_b"}) all.push_back(power(name));
  return all;
}

Penalty penalty(const SurrogateParameter& parameter, double internal) {
  const auto log_normal = [&](double sigma) {
    const double at = internal / sigma;
    return Penalty{.value = internal + std::log(sigma) + at * at / 2,
                   .slope = 1 + internal / (sigma * sigma)};
  };
  switch (parameter.prior) {
    case Prior::none:
      break;
    case Prior::uniform:
      return {.value = std::log(std::exp(parameter.upper) - std::exp(parameter.lower))};
    case Prior::gamma: {  // Mean 0.1 and shape 0.1, so the rate is 1.
      const double natural = std::exp(internal);
      return {.value = 0.9 * internal + natural + log_gamma_tenth, .slope = 0.9 + natural};
    }
    case Prior::log_normal:
      return log_normal(1);
    case Prior::narrow_log_normal:
      return log_normal(0.75);
    case Prior::normal:
      return {.value = internal * internal / 2, .slope = internal};
  }
  return {};
}

}  // namespace troupe::schedulers
