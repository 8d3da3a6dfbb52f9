#include "schedulers/surrogates/parzen_estimator.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

#include "runtime/core/check.hpp"
#include "schedulers/surrogates/normal.hpp"

namespace troupe::schedulers {
namespace {

/// Optuna's weights: 1 for the latest 25 observations, rising evenly from 1/n for those before.
std::vector<double> weights_by_age(std::size_t count) {
  constexpr std::size_t full = 25;
  std::vector<double> weights(count, 1);
  if (count <= full) return weights;
  const std::size_t old = count - full;
  const double first = 1 / static_cast<double>(count);
  for (std::size_t i = 0; i < old; ++i)
    weights[i] = old == 1
                     ? first
                     : first + (1 - first) * static_cast<double>(i) / static_cast<double>(old - 1);
  return weights;
}

/// Natural logarithm of the mass of a normal density in [0, 1].
double log_mass(double mean, double deviation) {
  return std::log(normal_probability((1 - mean) / deviation) -
                  normal_probability(-mean / deviation));
}

double truncated_draw(double mean, double deviation, Rng& rng) {
  for (;;) {  // The mean is in [0, 1] and the deviation at most 1: a third of the draws are inside.
    const double drawn = mean + deviation * standard_normal(rng);
    if (drawn >= 0 && drawn <= 1) return drawn;
  }
}

constexpr double prior_mean = 0.5;
constexpr double prior_deviation = 1;

}  // namespace

ParzenEstimator::ParzenEstimator(std::vector<std::size_t> choices, std::vector<double> observations)
    : choices_(std::move(choices)), observations_(std::move(observations)) {
  const std::size_t d = choices_.size();
  check(d > 0 && observations_.size() % d == 0, "each observation has each parameter");
  const std::size_t count = observations_.size() / d;
  weights_ = weights_by_age(count);
  weights_.push_back(1);  // The prior.
  const double sum = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  for (double& weight : weights_) weight /= sum;
  // Scott's rule as in Optuna, and its lower limit.
  bandwidth_ = 0.2 * std::pow(static_cast<double>(std::max(count, std::size_t{1})),
                              -1 / (static_cast<double>(d) + 4));
  bandwidth_ = std::max(bandwidth_, 1 / std::min(100.0, 2 + static_cast<double>(count)));
  const double prior = -log_mass(prior_mean, prior_deviation) - std::log(prior_deviation);
  for (std::size_t i = 0; i <= count; ++i) {
    double log_weight = std::log(weights_[i]);
    for (std::size_t k = 0; k < d; ++k) {
      if (choices_[k] > 0) continue;
      log_weight -= std::log(2 * std::numbers::pi) / 2;
      const bool given = i < count && !std::isnan(observations_[i * d + k]);
      log_weight +=
          given ? -log_mass(observations_[i * d + k], bandwidth_) - std::log(bandwidth_) : prior;
    }
    log_weights_.push_back(log_weight);
  }
}

std::vector<double> ParzenEstimator::draw(Rng& rng) const {
  double u = rng.uniform();
  std::size_t component = 0;
  while (component + 1 < weights_.size() && u >= weights_[component]) u -= weights_[component++];
  const std::size_t d = choices_.size();
  std::vector<double> drawn(d);
  for (std::size_t k = 0; k < d; ++k) {
    const bool prior =
        component + 1 == weights_.size() || std::isnan(observations_[component * d + k]);
    const double at = prior ? prior_mean : observations_[component * d + k];
    if (choices_[k] == 0) {
      drawn[k] = truncated_draw(at, prior ? prior_deviation : bandwidth_, rng);
      continue;
    }
    // The observed value has the weight 1, and all values share the weight 1 / components.
    const double shared = 1 / static_cast<double>(components());
    const bool keep = !prior && rng.uniform() * (1 + shared) < 1;
    drawn[k] = keep ? at : static_cast<double>(rng.below(choices_[k]));
  }
  return drawn;
}

double ParzenEstimator::log_density(std::span<const double> at) const {
  const std::size_t d = choices_.size();
  check(at.size() == d, "a density is that of all parameters");
  std::vector<double> terms = log_weights_;
  const double shared = 1 / static_cast<double>(components());
  for (std::size_t k = 0; k < d; ++k) {
    const auto size = static_cast<double>(choices_[k]);
    const double other = std::log(shared / size / (1 + shared));
    const double same = std::log((1 + shared / size) / (1 + shared));
    const double precision = 1 / (2 * bandwidth_ * bandwidth_);
    const double from_prior = (at[k] - prior_mean) / prior_deviation;
    for (std::size_t i = 0; i < terms.size(); ++i) {
      const bool prior = i + 1 == terms.size() || std::isnan(observations_[i * d + k]);
      if (choices_[k] > 0) {
        terms[i] += prior ? -std::log(size) : observations_[i * d + k] == at[k] ? same : other;
      } else {
        const double away = prior ? 0 : at[k] - observations_[i * d + k];
        terms[i] -= prior ? from_prior * from_prior / 2 : away * away * precision;
      }
    }
  }
  const double greatest = std::ranges::max(terms);
  double sum = 0;
  for (const double term : terms) sum += std::exp(term - greatest);
  return greatest + std::log(sum);
}

std::vector<std::vector<double>> parzen_proposals(const std::vector<std::size_t>& choices,
                                                  const std::vector<double>& observations,
                                                  const std::vector<double>& losses,
                                                  const std::vector<double>& pending,
                                                  std::size_t candidates, Rng& rng) {
  const std::size_t d = choices.size();
  const std::size_t count = losses.size();
  check(observations.size() == count * d, "each observation has a loss");
  // Optuna's gamma: a tenth, 25 at most.
  const std::size_t good_count = std::min((count + 9) / 10, std::size_t{25});
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return losses[i]; });
  std::vector<bool> is_good(count);
  for (std::size_t i = 0; i < good_count; ++i) is_good[order[i]] = true;
  std::vector<double> good;
  std::vector<double> rest;
  for (std::size_t i = 0; i < count; ++i) {
    const auto row = std::span(observations).subspan(i * d, d);
    std::vector<double>& list = is_good[i] ? good : rest;
    list.insert(list.end(), row.begin(), row.end());
  }
  rest.insert(rest.end(), pending.begin(), pending.end());
  const ParzenEstimator of_good(choices, std::move(good));
  const ParzenEstimator of_rest(choices, std::move(rest));
  std::vector<std::pair<double, std::vector<double>>> scored;
  for (std::size_t i = 0; i < candidates; ++i) {
    std::vector<double> drawn = of_good.draw(rng);
    const double ratio = of_good.log_density(drawn) - of_rest.log_density(drawn);
    scored.emplace_back(-ratio, std::move(drawn));
  }
  std::ranges::stable_sort(scored, {}, [](const auto& one) { return one.first; });
  std::vector<std::vector<double>> best_first;
  for (auto& [ratio, drawn] : scored) best_first.push_back(std::move(drawn));
  return best_first;
}

}  // namespace troupe::schedulers
