// The reference's numbers for fixed data and parameters; schedulers/README.md, section 15.

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "runtime/core/rng.hpp"
#include "schedulers/surrogates/acquisition.hpp"
#include "schedulers/surrogates/fit.hpp"
#include "schedulers/surrogates/likelihood.hpp"
#include "schedulers/surrogates/posterior.hpp"
#include "schedulers/surrogates/targets.hpp"
#include "test/unit/schedulers/reference_fixtures.hpp"

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(surrogate_fixtures)

using nlohmann::json;
using test::agree;
using test::all_fixtures;

std::vector<double> numbers(const json& list) {
  std::vector<double> all;
  for (const json& one : list) {
    const json& number = one.is_array() ? one.at(0) : one;
    all.push_back(number.get<double>());
  }
  return all;
}

SurrogateInputs inputs(const json& features) {
  SurrogateInputs all;
  for (const json& row : features) {
    auto x = row.get<std::vector<double>>();
    const double z = x.back();
    x.pop_back();
    all.add(x, z);
  }
  return all;
}

/// Observations by trial and resource, both rising.
std::vector<Observation> observations(const json& reports) {
  std::vector<Observation> all;
  for (const auto& [trial, of_trial] : reports.items())
    for (const auto& [resource, loss] : of_trial.items())
      all.push_back(
          {static_cast<std::uint32_t>(std::stoul(trial)), std::stol(resource), loss.get<double>()});
  std::ranges::sort(all, {},
                    [](const Observation& one) { return std::pair(one.trial, one.resource); });
  return all;
}

/// The configurations of the data: x0 linear in [0, 1], x1 logarithmic in [1e-3, 1].
std::vector<double> encoded(const json& config) {
  return {config.at("x0").get<double>(),
          std::log(config.at("x1").get<double>() / 1e-3) / std::log(1e3)};
}

SurrogateModel model_of(const std::string& name) {
  SurrogateModel model{.dimensions = 2};
  if (name == "exp-decay-sum+warp") model.warped = {true, true};
  if (name == "exp-decay-combined") model.kernel = ResourceKernel::exp_decay_combined;
  if (name == "exp-decay-delta1") model.kernel = ResourceKernel::exp_decay_delta1;
  if (name == "freeze-thaw") model.kernel = ResourceKernel::freeze_thaw;
  if (name == "matern52") model.kernel = ResourceKernel::matern52;
  if (name == "matern52-res-warp") model.kernel = ResourceKernel::matern52_res_warp;
  return model;
}

BOOST_AUTO_TEST_CASE(the_likelihood_and_its_gradient_are_those_of_the_reference) {
  for (const json& fixtures : all_fixtures())
    for (const auto& [name, kernel] : fixtures.at("kernels").items())
      for (const char* point : {"init", "custom"}) {
        const json& expected = kernel.at(point);
        const MarginalLikelihood likelihood(model_of(name),
                                            inputs(fixtures.at("data").at("features")),
                                            numbers(fixtures.at("data").at("targets_normalized")));
        const auto internal = numbers(expected.at("internal"));
        const std::string what = name + " " + point;
        std::vector<double> gradient(internal.size());
        agree({likelihood.negative_log(internal)}, {expected.at("neg_log_lik").get<double>()}, 1e-8,
              what + " likelihood");
        agree({likelihood.objective(internal, gradient)}, {expected.at("objective").get<double>()},
              1e-8, what + " objective");
        agree(gradient, numbers(expected.at("gradient")), 1e-8, what + " gradient");
      }
}

BOOST_AUTO_TEST_CASE(the_posterior_is_that_of_the_reference) {
  for (const json& fixtures : all_fixtures())
    for (const auto& [name, kernel] : fixtures.at("kernels").items())
      for (const char* point : {"init", "custom", "fit"}) {
        const json& expected = kernel.at(point);
        Posterior posterior(model_of(name), numbers(expected.at("internal")),
                            inputs(fixtures.at("data").at("features")));
        posterior.set_targets(numbers(fixtures.at("data").at("targets_normalized")), 1);
        const SurrogateInputs at = inputs(fixtures.at("test_features"));
        const std::string what = name + " " + point;
        agree(posterior.means(at), numbers(expected.at("posterior_mean_norm")), 1e-8,
              what + " mean");
        std::vector<double> variances;
        for (const double one : posterior.deviations(at)) variances.push_back(one * one);
        agree(variances, numbers(expected.at("posterior_var_norm")), 1e-8, what + " variance");
      }
}

BOOST_AUTO_TEST_CASE(a_fit_is_no_worse_than_that_of_the_reference) {
  for (const json& fixtures : all_fixtures())
    for (const auto& [name, kernel] : fixtures.at("kernels").items()) {
      const Fitted fitted =
          fit(model_of(name), inputs(fixtures.at("data").at("features")),
              numbers(fixtures.at("data").at("targets_normalized")), {.starts = 6});
      const double expected = kernel.at("fit").at("objective").get<double>();
      BOOST_TEST(fitted.objective <= expected + 1e-6 * std::abs(expected),
                 name << ": " << fitted.objective << ", reference " << expected);
      const MarginalLikelihood likelihood(model_of(name),
                                          inputs(fixtures.at("data").at("features")),
                                          numbers(fixtures.at("data").at("targets_normalized")));
      agree({likelihood.objective(numbers(kernel.at("fit").at("internal")), {})}, {expected}, 1e-8,
            name + " objective at the reference's parameters");
    }
}

BOOST_AUTO_TEST_CASE(expected_improvement_over_fantasies_is_that_of_the_reference) {
  for (const json& fixtures : all_fixtures()) {
    const json& ei = fixtures.at("ei_with_fantasies");
    const json& data = fixtures.at("data");
    const auto targets = numbers(data.at("targets_normalized"));
    const double mean = data.at("mean").get<double>();
    const double scale = data.at("std").get<double>();
    for (const auto& [level, expected] : ei.at("levels").items()) {
      Posterior posterior(
          model_of("exp-decay-sum"),
          numbers(fixtures.at("kernels").at("exp-decay-sum").at("custom").at("internal")),
          inputs(data.at("features")));
      SurrogateInputs pending;
      SurrogateInputs everywhere;
      const double z = (std::stod(level) - 0.5 - 1e-8) / (27 - 2e-8);
      for (const auto& [trial, config] : data.at("configs").items())
        everywhere.add(encoded(config), z);
      for (const json& one : data.at("pending"))
        pending.add(encoded(data.at("configs").at(one.at(0).get<std::string>())),
                    (one.at(1).get<double>() - 0.5 - 1e-8) / (27 - 2e-8));
      posterior.extend(pending);
      std::vector<double> all;
      for (std::size_t k = 0; k < 5; ++k) {
        all.insert(all.end(), targets.begin(), targets.end());
        for (const json& row : ei.at("fantasies_normalized"))
          all.push_back(row.at(k).get<double>());
      }
      posterior.set_targets(all, 5);
      const auto best = best_means(posterior, everywhere, 5);
      std::vector<double> best_in_units;
      for (const double one : best) best_in_units.push_back(mean + scale * one);
      agree(best_in_units, numbers(expected.at("current_best_per_fantasy")), 1e-8, "best " + level);
      const ExpectedImprovement improvement(posterior, z, best, 0.01 / scale);
      for (std::size_t i = 0; i < expected.at("features").size(); ++i) {
        auto x = expected.at("features").at(i).get<std::vector<double>>();
        x.pop_back();
        std::vector<double> gradient(2);
        const double value = -scale * improvement.at(x, gradient);
        for (double& one : gradient) one *= -scale;
        const std::string what = level + ", point " + std::to_string(i);
        agree({value}, {expected.at("minus_EI").at(i).get<double>()}, 1e-8, "EI at " + what);
        auto slope = expected.at("minus_EI_grad").at(i).get<std::vector<double>>();
        const double h = 1e-4;  // The resource stays fixed in a search: a difference is enough.
        const auto at = [&](double shift) {
          return -scale * ExpectedImprovement(posterior, z + shift, best, 0.01 / scale).at(x, {});
        };
        gradient.push_back((8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h));
        agree({gradient[0], gradient[1]}, {slope[0], slope[1]}, 1e-8, "gradient at " + what);
        agree({gradient[2]}, {slope[2]}, 1e-6, "resource gradient at " + what);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(targets_are_normalized_as_in_the_reference) {
  for (const json& fixtures : all_fixtures()) {
    const json& data = fixtures.at("data");
    std::vector<double> losses;
    for (const Observation& one : observations(data.at("observations"))) losses.push_back(one.loss);
    const Targets targets = normalized(losses, false);
    agree(targets.values, numbers(data.at("targets_normalized")), 1e-8, "targets");
    agree({targets.mean, targets.scale},
          {data.at("mean").get<double>(), data.at("std").get<double>()}, 1e-8, "moments");
  }
}

BOOST_AUTO_TEST_CASE(a_subsample_keeps_the_trials_that_the_reference_keeps) {
  for (const json& fixtures : all_fixtures()) {
    Rng rng(1);
    const auto all = observations(fixtures.at("data").at("observations"));
    std::vector<Observation> kept;
    for (const std::size_t at : subsample(all, 10, rng)) kept.push_back(all[at]);
    BOOST_TEST((kept == observations(fixtures.at("subsample_to_10"))));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
