// Gradients, calibration and the data that a surrogate must survive.

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "runtime/core/rng.hpp"
#include "schedulers/surrogates/acquisition.hpp"
#include "schedulers/surrogates/fit.hpp"
#include "schedulers/surrogates/likelihood.hpp"
#include "schedulers/surrogates/minimize.hpp"
#include "schedulers/surrogates/normal.hpp"
#include "schedulers/surrogates/posterior.hpp"
#include "schedulers/surrogates/targets.hpp"

namespace troupe::schedulers {

std::ostream& operator<<(std::ostream& out, ResourceKernel kernel) {
  return out << "kernel " << static_cast<int>(kernel);
}

namespace {

BOOST_AUTO_TEST_SUITE(surrogate)

namespace data = boost::unit_test::data;

constexpr std::array every_kernel{
    ResourceKernel::exp_decay_sum,      ResourceKernel::exp_decay_delta1,
    ResourceKernel::exp_decay_combined, ResourceKernel::freeze_thaw,
    ResourceKernel::matern52,           ResourceKernel::matern52_res_warp,
    ResourceKernel::independent};
constexpr std::array both{false, true};

const std::vector<double> levels{1.0 / 27, 3.0 / 27, 9.0 / 27, 1};

SurrogateModel model(ResourceKernel kernel, std::size_t dimensions, bool warped) {
  SurrogateModel made{.kernel = kernel, .dimensions = dimensions, .levels = levels};
  if (warped) made.warped.assign(dimensions, true);
  if (warped) made.warped.back() = false;  // As a categorical parameter's.
  return made;
}

/// Trials that reach one to four levels.
SurrogateInputs random_inputs(std::size_t trials, std::size_t dimensions, Rng& rng) {
  SurrogateInputs inputs;
  for (std::size_t i = 0; i < trials; ++i) {
    std::vector<double> x;
    for (std::size_t k = 0; k < dimensions; ++k) x.push_back(rng.uniform());
    const std::uint64_t reached = 1 + rng.below(4);
    for (std::size_t level = 0; level < reached; ++level) inputs.add(x, levels[level]);
  }
  return inputs;
}

std::vector<double> random_targets(std::size_t count, Rng& rng) {
  std::vector<double> targets;
  for (std::size_t i = 0; i < count; ++i) targets.push_back(standard_normal(rng));
  return targets;
}

std::vector<double> random_parameters(const SurrogateModel& model, Rng& rng) {
  std::vector<double> internal;
  for (const SurrogateParameter& one : parameters_of(model)) {
    const double moved =
        one.initial + (one.is_log ? 0.7 * standard_normal(rng) : 0.2 * rng.uniform());
    internal.push_back(std::clamp(moved, one.lower, one.upper));
  }
  internal[places_of(model).noise] = std::log(0.05);
  return internal;
}

/// Derivative of `f` by differences of fourth order.
template <typename Function>
double difference(const Function& f, double h) {
  return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h);
}

BOOST_DATA_TEST_CASE(the_gradient_of_the_objective_is_that_of_differences,
                     data::make(every_kernel) * data::make(both), kernel, warped) {
  Rng rng(11);
  for (int round = 0; round < 5; ++round) {
    const SurrogateModel form = model(kernel, 3, warped);
    const SurrogateInputs inputs = random_inputs(12, 3, rng);
    const MarginalLikelihood likelihood(form, inputs, random_targets(inputs.count(), rng));
    const std::vector<double> internal = random_parameters(form, rng);
    std::vector<double> gradient(internal.size());
    (void)likelihood.objective(internal, gradient);
    for (std::size_t i = 0; i < internal.size(); ++i) {
      const double found = difference(
          [&](double shift) {
            std::vector<double> moved = internal;
            moved[i] += shift;
            return likelihood.objective(moved, {});
          },
          1e-3);
      BOOST_TEST(
          std::abs(gradient[i] - found) <= 1e-6 * (1 + std::abs(found)),
          likelihood.parameters()[i].name << ": " << gradient[i] << ", by differences " << found);
    }
  }
}

BOOST_DATA_TEST_CASE(the_gradient_of_expected_improvement_is_that_of_differences,
                     data::make(every_kernel) * data::make(both), kernel, warped) {
  Rng rng(12);
  const SurrogateModel form = model(kernel, 3, warped);
  for (int round = 0; round < 5; ++round) {
    const SurrogateInputs inputs = random_inputs(12, 3, rng);
    Posterior posterior(form, random_parameters(form, rng), inputs);
    const std::size_t columns = add_fantasies(posterior, random_targets(inputs.count(), rng),
                                              random_inputs(2, 3, rng), 20, rng);
    const auto best = best_means(posterior, inputs, columns);
    const ExpectedImprovement improvement(posterior, levels[2], best, 0.01);
    const std::vector<double> x{rng.uniform(0.1, 0.9), rng.uniform(0.1, 0.9),
                                rng.uniform(0.1, 0.9)};
    std::vector<double> gradient(3);
    (void)improvement.at(x, gradient);
    for (std::size_t i = 0; i < 3; ++i) {
      const double found = difference(
          [&](double shift) {
            std::vector<double> moved = x;
            moved[i] += shift;
            return improvement.at(moved, {});
          },
          1e-3);
      BOOST_TEST(std::abs(gradient[i] - found) <= 1e-6 * (1 + std::abs(found)),
                 gradient[i] << ", by differences " << found);
    }
  }
}

BOOST_DATA_TEST_CASE(rows_that_are_appended_change_nothing, data::make(every_kernel), kernel) {
  Rng rng(13);
  const SurrogateModel form = model(kernel, 3, false);
  const SurrogateInputs first = random_inputs(8, 3, rng);
  const SurrogateInputs second = random_inputs(40, 3, rng);
  SurrogateInputs all = first;
  for (std::size_t i = 0; i < second.count(); ++i)
    all.add(std::span(second.x).subspan(i * 3, 3), second.z[i]);
  const auto internal = random_parameters(form, rng);
  const auto targets = random_targets(all.count(), rng);
  const SurrogateInputs points = random_inputs(5, 3, rng);
  Posterior whole(form, internal, all);
  Posterior extended(form, internal, first);
  extended.extend(random_inputs(3, 3, rng));
  extended.truncate(first.count());
  extended.extend(second);
  whole.set_targets(targets, 1);
  extended.set_targets(targets, 1);
  for (std::size_t i = 0; i < points.count(); ++i) {
    BOOST_TEST(std::abs(whole.means(points)[i] - extended.means(points)[i]) < 1e-9);
    BOOST_TEST(std::abs(whole.deviations(points)[i] - extended.deviations(points)[i]) < 1e-9);
    BOOST_TEST(whole.deviations(points)[i] <= whole.bounds(points).deviations_most[i]);
  }
}

/// Losses of the inputs, drawn from the prior of the model with these parameters, with noise.
std::vector<double> prior_draw(const SurrogateModel& form, const std::vector<double>& internal,
                               const SurrogateInputs& inputs, Rng& rng) {
  Posterior prior(form, internal, {});
  prior.set_targets({}, 1);
  std::vector<double> values = prior.draw(inputs, 1, rng);
  for (double& one : values)
    one += std::exp(internal[places_of(form).noise] / 2) * standard_normal(rng);
  return values;
}

// The model is fitted to each draw: its intervals are those that a searcher sees.
BOOST_DATA_TEST_CASE(the_90_percent_interval_covers_draws_of_its_own_prior,
                     data::make(every_kernel), kernel) {
  Rng rng(14);
  const SurrogateModel form = model(kernel, 2, false);
  int covered = 0;
  constexpr int draws = 200;
  for (int draw = 0; draw < draws; ++draw) {
    // Independent levels share length scales only, so that each needs observations of its own.
    const std::size_t trials = kernel == ResourceKernel::independent ? 24 : 12;
    SurrogateInputs inputs = random_inputs(trials, 2, rng);
    std::vector<double> internal;
    for (const SurrogateParameter& one : parameters_of(form)) internal.push_back(one.initial);
    internal[places_of(form).noise] = std::log(0.01);
    const std::vector<double> x{rng.uniform(), rng.uniform()};
    SurrogateInputs held;
    held.add(x, levels[1]);
    inputs.add(x, levels[1]);
    std::vector<double> values = prior_draw(form, internal, inputs, rng);
    const double truth = values.back();
    values.pop_back();
    inputs.x.resize(inputs.x.size() - 2);
    inputs.z.pop_back();
    const Fitted fitted = fit(form, inputs, values, {.starts = 1});
    Posterior posterior(form, fitted.internal, inputs);
    posterior.set_targets(values, 1);
    const double noise = std::exp(fitted.internal[places_of(form).noise]);
    const double deviation = std::sqrt(std::pow(posterior.deviations(held)[0], 2) + noise);
    if (std::abs(truth - posterior.means(held)[0]) <= 1.6448536 * deviation) ++covered;
  }
  BOOST_TEST(covered >= draws * 80 / 100, kernel << " covers " << covered << " of " << draws);
  BOOST_TEST(covered <= draws * 97 / 100, kernel << " covers " << covered << " of " << draws);
}

BOOST_DATA_TEST_CASE(a_warp_finds_a_function_that_is_not_stationary, data::make({1, 2, 3}), seed) {
  Rng rng(static_cast<std::uint64_t>(seed));
  SurrogateInputs inputs;
  std::vector<double> losses;
  for (int i = 0; i < 60; ++i) {
    const double x = rng.uniform();
    inputs.add(std::vector{x}, 0);
    losses.push_back(std::sin(20 * std::pow(x, 4)));
  }
  const SurrogateModel plain{.kernel = ResourceKernel::independent, .dimensions = 1};
  SurrogateModel warped = plain;
  warped.warped = {true};
  const auto targets = normalized(losses, false).values;
  BOOST_TEST(fit(warped, inputs, targets, {}).objective <
             fit(plain, inputs, targets, {}).objective);
}

/// Fits, extends, draws fantasies, samples and refines: the path of a suggestion. Returns whether
/// all numbers are finite.
bool survives(const SurrogateModel& form, const SurrogateInputs& inputs,
              const std::vector<double>& losses, Rng& rng) {
  const Targets targets = normalized(losses, true);
  const Fitted fitted = fit(form, inputs, targets.values, {.evaluations_max = 20});
  Posterior posterior(form, fitted.internal, inputs);
  SurrogateInputs pending;
  for (int i = 0; i < 2; ++i) pending.add(std::span(inputs.x).first(form.dimensions), inputs.z[0]);
  const std::size_t columns = add_fantasies(posterior, targets.values, pending, 20, rng);
  const auto best = best_means(posterior, inputs, columns);
  (void)least_sample(posterior, inputs, columns, rng);
  const ExpectedImprovement improvement(posterior, inputs.z[0], best, 0.01);
  std::vector<double> gradient(form.dimensions);
  double sum = improvement.at(std::span(inputs.x).first(form.dimensions), gradient);
  for (const double one : best) sum += one;
  for (const double one : gradient) sum += one;
  for (const double one : fitted.internal) sum += one;
  return std::isfinite(sum) && std::isfinite(fitted.objective);
}

BOOST_DATA_TEST_CASE(no_data_make_a_number_that_is_none,
                     data::make(every_kernel) * data::make(both), kernel, warped) {
  Rng rng(15);
  const SurrogateModel form = model(kernel, 3, warped);
  const SurrogateInputs inputs = random_inputs(20, 3, rng);
  const std::size_t count = inputs.count();
  SurrogateInputs one;
  one.add(std::vector{0.0, 1.0, 0.5}, levels[3]);
  for (const double value : {0.0, 1.0, -1e30, 1e30, 1e300, 1e-300})
    BOOST_TEST(survives(form, one, {value}, rng), "one observation of " << value);
  for (const double value : {0.0, 0.3, 1e30, -1e300})
    BOOST_TEST(survives(form, inputs, std::vector<double>(count, value), rng),
               "constant " << value);
  std::vector<double> huge = random_targets(count, rng);
  huge[3] = 1e30;
  huge[5] = -1e30;
  BOOST_TEST(survives(form, inputs, huge, rng), "some of 1e30");
  for (double& loss : huge) loss *= 1e290;
  BOOST_TEST(survives(form, inputs, huge, rng), "all of 1e290");
  for (double& loss : huge) loss = 1e-200 * standard_normal(rng);
  BOOST_TEST(survives(form, inputs, huge, rng), "all of 1e-200");
  SurrogateInputs equal;
  for (std::size_t i = 0; i < count; ++i) equal.add(std::vector{0.5, 0.5, 0.5}, levels[0]);
  BOOST_TEST(survives(form, equal, random_targets(count, rng), rng), "duplicates");
  BOOST_TEST(survives(form, equal, std::vector<double>(count, 1), rng), "equal duplicates");
  SurrogateInputs near;
  for (std::size_t i = 0; i < count; ++i)
    near.add(std::vector{0.5 + 1e-9 * rng.uniform(), 0.5, 1.0}, levels[0]);
  BOOST_TEST(survives(form, near, random_targets(count, rng), rng), "almost duplicates");
}

BOOST_AUTO_TEST_CASE(thompson_sampling_skips_only_candidates_that_cannot_win) {
  Rng rng(16);
  const SurrogateModel form = model(ResourceKernel::exp_decay_sum, 2, false);
  for (int round = 0; round < 20; ++round) {
    const SurrogateInputs inputs = random_inputs(10, 2, rng);
    Posterior posterior(form, random_parameters(form, rng), inputs);
    const std::size_t columns = add_fantasies(posterior, random_targets(inputs.count(), rng),
                                              random_inputs(1, 2, rng), 5, rng);
    SurrogateInputs candidates;
    for (int i = 0; i < 100; ++i)
      candidates.add(std::vector{rng.uniform(), rng.uniform()}, levels[1]);
    Rng first = Rng::stream(1, "thompson", static_cast<std::uint64_t>(round));
    Rng second = first;
    const std::size_t found = least_sample(posterior, candidates, columns, first);
    const auto means = posterior.means(candidates);
    const auto deviations = posterior.deviations(candidates);
    std::vector<double> samples(candidates.count());
    for (std::size_t i = 0; i < samples.size(); ++i)
      for (std::size_t k = 0; k < columns; ++k)
        samples[i] += means[k * samples.size() + i] + deviations[i] * standard_normal(second);
    BOOST_TEST(found ==
               static_cast<std::size_t>(std::ranges::min_element(samples) - samples.begin()));
  }
}

BOOST_AUTO_TEST_CASE(a_minimum_stays_in_its_box_and_needs_no_finite_values) {
  const auto square = [](std::span<const double> x, std::span<double> gradient) {
    gradient[0] = 2 * (x[0] - 3);
    return (x[0] - 3) * (x[0] - 3);
  };
  const MinimizeOptions box{.start = {9}, .lower = {-1}, .upper = {2}};
  BOOST_TEST(std::abs(minimize(square, box).at[0] - 2) < 1e-9);
  const auto none = [](std::span<const double>, std::span<double>) { return std::nan(""); };
  BOOST_TEST(minimize(none, box).at[0] == 2);  // The start, moved into the box.
}

BOOST_AUTO_TEST_CASE(box_cox_makes_losses_of_different_magnitudes_even) {
  Rng rng(17);
  std::vector<double> losses;
  for (int i = 0; i < 200; ++i) losses.push_back(std::exp(3 * standard_normal(rng)));
  BOOST_TEST(std::abs(normalized(losses, true).power) <= 0.2);  // Their logarithms are normal.
  BOOST_TEST(normalized(losses, false).power == 1);
  losses[0] = 0;
  BOOST_TEST(normalized(losses, true).power == 1);
}

BOOST_AUTO_TEST_CASE(a_diverged_loss_leaves_the_others_their_differences) {
  const auto targets = normalized({0.1, 0.2, 0.3, 0.4, 1e30}, false).values;
  BOOST_TEST(targets[1] - targets[0] > 0.1);
}

BOOST_AUTO_TEST_CASE(a_subsample_has_the_wanted_size_and_repeats) {
  std::vector<Observation> all;
  for (std::uint32_t trial = 0; trial < 300; ++trial)
    for (const std::int64_t resource : {1, 3, 9})
      if (resource == 1 || trial % static_cast<std::uint32_t>(resource) == 0)
        all.push_back({trial, resource, 0.5});
  const auto kept = [&](std::uint64_t seed) {
    Rng rng(seed);
    return subsample(all, 200, rng);
  };
  BOOST_TEST(kept(1).size() == 200u);
  BOOST_TEST((kept(1) == kept(1)));
  BOOST_TEST((kept(1) != kept(2)));
  const auto count_at = [&](std::int64_t resource) {
    const auto some = kept(3);
    return std::ranges::count(some, resource, [&](std::size_t at) { return all[at].resource; });
  };
  BOOST_TEST(count_at(9) == 34);   // All of them.
  BOOST_TEST(count_at(3) == 100);  // All of them.
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
