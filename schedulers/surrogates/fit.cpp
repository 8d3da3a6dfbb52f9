#include "schedulers/surrogates/fit.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "runtime/core/check.hpp"
#include "runtime/core/rng.hpp"
#include "schedulers/surrogates/likelihood.hpp"
#include "schedulers/surrogates/minimize.hpp"
#include "schedulers/surrogates/normal.hpp"

namespace troupe::schedulers {
namespace {

Minimum minimize_from(const MarginalLikelihood& likelihood, std::vector<double> start,
                      int evaluations_max) {
  MinimizeOptions options{
      .start = std::move(start), .evaluations_max = evaluations_max, .tolerance = 1e-9};
  for (const SurrogateParameter& one : likelihood.parameters()) {
    options.lower.push_back(one.lower);
    options.upper.push_back(one.upper);
  }
  return minimize([&](std::span<const double> at,
                      std::span<double> gradient) { return likelihood.objective(at, gradient); },
                  options);
}

/// The best minimum of all starts.
Minimum minimize_from_starts(const MarginalLikelihood& likelihood, const FitOptions& options,
                             Rng& rng) {
  std::vector<double> start;
  for (const SurrogateParameter& one : likelihood.parameters()) start.push_back(one.initial);
  Minimum best = minimize_from(likelihood, start, options.evaluations_max);
  for (int i = 1; i < options.starts; ++i) {
    std::vector<double> other = start;
    for (std::size_t at = 0; at < other.size(); ++at)
      if (likelihood.parameters()[at].is_log) other[at] += standard_normal(rng);
    Minimum found = minimize_from(likelihood, std::move(other), options.evaluations_max);
    if (found.value < best.value) best = std::move(found);
  }
  return best;
}

/// A random subset of rows, in their order.
MarginalLikelihood subset_likelihood(const SurrogateModel& model, const SurrogateInputs& inputs,
                                     const std::vector<double>& targets, std::size_t size,
                                     Rng& rng) {
  SurrogateInputs some;
  std::vector<double> some_targets;
  const std::size_t d = model.dimensions;
  for (std::size_t i = 0; i < inputs.count(); ++i) {
    // Selection sampling (Knuth, volume 2, 3.4.2, algorithm S).
    if (rng.below(inputs.count() - i) >= size - some.count()) continue;
    some.add(std::span(inputs.x).subspan(i * d, d), inputs.z[i]);
    some_targets.push_back(targets[i]);
  }
  return {model, some, some_targets};
}

}  // namespace

Fitted fit(const SurrogateModel& model, const SurrogateInputs& inputs,
           const std::vector<double>& targets, const FitOptions& options) {
  check(inputs.count() >= 1, "a surrogate is fitted to observations");
  Rng rng = Rng::stream(options.seed, "fit", inputs.count());
  const MarginalLikelihood whole(model, inputs, targets);
  Minimum best;
  if (inputs.count() <= options.subset) {
    best = minimize_from_starts(whole, options, rng);
  } else {
    const MarginalLikelihood some = subset_likelihood(model, inputs, targets, options.subset, rng);
    best = minimize_from_starts(some, options, rng);
    best = minimize_from(whole, std::move(best.at), options.refinements_max);
  }
  return {.internal = std::move(best.at), .objective = best.value};
}

}  // namespace troupe::schedulers
