#include "schedulers/surrogates/acquisition.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "runtime/core/check.hpp"
#include "schedulers/surrogates/normal.hpp"

namespace troupe::schedulers {

ExpectedImprovement::ExpectedImprovement(const Posterior& posterior, double resource,
                                         std::vector<double> best, double jitter)
    : posterior_(&posterior), resource_(resource), best_(std::move(best)), jitter_(jitter) {}

double ExpectedImprovement::at(std::span<const double> configuration,
                               std::span<double> gradient) const {
  const Posterior::AtPoint point = posterior_->at(configuration, resource_);
  check(point.means.size() == best_.size(), "each column has a mean to improve on");
  const double s = point.deviation;
  const double share = 1 / static_cast<double>(best_.size());
  double value = 0;
  std::ranges::fill(gradient, 0.0);
  const std::size_t d = configuration.size();
  for (std::size_t k = 0; k < best_.size(); ++k) {
    const double u = (best_[k] - point.means[k] - jitter_) / s;
    const double density = normal_density(u);
    const double probability = normal_probability(u);
    value += share * s * (u * probability + density);
    for (std::size_t i = 0; i < gradient.size(); ++i)
      gradient[i] += share * (density * point.deviation_gradient[i] -
                              probability * point.mean_gradients[k * d + i]);
  }
  return value;
}

std::vector<double> best_means(const Posterior& posterior, const SurrogateInputs& inputs,
                               std::size_t columns) {
  const std::vector<double> means = posterior.means(inputs);
  std::vector<double> best;
  for (std::size_t k = 0; k < columns; ++k)
    best.push_back(std::ranges::min(std::span(means).subspan(k * inputs.count(), inputs.count())));
  return best;
}

std::size_t add_fantasies(Posterior& posterior, const std::vector<double>& targets,
                          const SurrogateInputs& pending, std::size_t samples, Rng& rng) {
  posterior.set_targets(targets, 1);
  if (pending.count() == 0) return 1;
  const std::vector<double> drawn = posterior.draw(pending, samples, rng);
  std::vector<double> all;
  for (std::size_t k = 0; k < samples; ++k) {
    all.insert(all.end(), targets.begin(), targets.end());
    const auto column = std::span(drawn).subspan(k * pending.count(), pending.count());
    all.insert(all.end(), column.begin(), column.end());
  }
  posterior.extend(pending);
  posterior.set_targets(all, samples);
  return samples;
}

std::size_t least_sample(const Posterior& posterior, const SurrogateInputs& candidates,
                         std::size_t columns, Rng& rng) {
  const std::size_t count = candidates.count();
  check(count >= 1, "there is a candidate");
  const std::size_t d = candidates.x.size() / count;
  const Posterior::Bounds bounds = posterior.bounds(candidates);
  std::vector<double> mean(count);
  std::vector<double> draw(count);
  std::vector<double> bound(count);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t k = 0; k < columns; ++k) {
      mean[i] += bounds.means[k * count + i] / static_cast<double>(columns);
      draw[i] += standard_normal(rng) / static_cast<double>(columns);
    }
    bound[i] = mean[i] + std::min(draw[i], 0.0) * bounds.deviations_most[i];
  }
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return bound[i]; });
  constexpr std::size_t block = 16;
  std::size_t best = order.front();
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t from = 0; from < count && bound[order[from]] < least; from += block) {
    SurrogateInputs some;
    const std::size_t end = std::min(from + block, count);
    for (std::size_t at = from; at < end; ++at)
      some.add(std::span(candidates.x).subspan(order[at] * d, d), candidates.z[order[at]]);
    const std::vector<double> deviations = posterior.deviations(some);
    for (std::size_t at = from; at < end; ++at) {
      const double sample = mean[order[at]] + draw[order[at]] * deviations[at - from];
      if (sample >= least) continue;
      least = sample;
      best = order[at];
    }
  }
  return best;
}

}  // namespace troupe::schedulers
