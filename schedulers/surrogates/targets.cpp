#include "schedulers/surrogates/targets.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <utility>

namespace troupe::schedulers {
namespace {

/// Losses beyond it would overflow when they are squared.
constexpr double loss_max = 1e100;

/// Cuts losses at q + 10 (q - best), where q is the first quartile, or the first greater value
/// where the quartile is the best.
void cut_outliers(std::vector<double>& losses) {
  std::vector<double> sorted = losses;
  std::ranges::sort(sorted);
  const double best = sorted.front();
  const auto above = std::ranges::upper_bound(sorted, best);
  if (above == sorted.end()) return;
  const double quartile = std::max(sorted[sorted.size() / 4], *above);
  for (double& loss : losses) loss = std::min(loss, quartile + 10 * (quartile - best));
}

std::vector<double> transformed(const std::vector<double>& losses, double power) {
  std::vector<double> all;
  for (const double loss : losses)
    all.push_back(std::abs(power) < 1e-7 ? std::log(loss)
                                         : std::expm1(power * std::log(loss)) / power);
  return all;
}

struct Moments {
  double mean = 0;
  double deviation = 0;
};

Moments moments(const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  Moments result;
  for (const double one : values) result.mean += one / count;
  for (const double one : values)
    result.deviation += (one - result.mean) * (one - result.mean) / count;
  result.deviation = std::sqrt(result.deviation);
  return result;
}

/// The lambda with the greatest normal likelihood, on a grid of steps of 0.05.
double best_power(const std::vector<double>& losses) {
  double sum_of_logs = 0;
  for (const double loss : losses) sum_of_logs += std::log(loss);
  const auto count = static_cast<double>(losses.size());
  double best = 1;
  double greatest = -HUGE_VAL;
  for (int step = -20; step <= 40; ++step) {
    const double power = step * 0.05;
    const double deviation = moments(transformed(losses, power)).deviation;
    const double likelihood = (power - 1) * sum_of_logs - count * std::log(deviation);
    if (!(likelihood > greatest) || !std::isfinite(likelihood)) continue;
    greatest = likelihood;
    best = power;
  }
  return best;
}

}  // namespace

Targets normalized(std::vector<double> losses, bool box_cox) {
  Targets targets;
  if (losses.empty()) return targets;
  for (double& loss : losses) loss = std::clamp(loss, -loss_max, loss_max);
  if (box_cox && std::ranges::min(losses) > 0) {
    targets.power = best_power(losses);
    losses = transformed(losses, targets.power);
  }
  cut_outliers(losses);
  const Moments all = moments(losses);
  const double magnitude =
      std::max(std::abs(std::ranges::min(losses)), std::abs(std::ranges::max(losses)));
  targets.mean = all.mean;
  // Equal losses may have a deviation from rounding.
  const bool differ = all.deviation > 1e-12 * magnitude;
  if (differ) targets.scale = all.deviation;
  for (const double loss : losses)
    targets.values.push_back(differ ? (loss - all.mean) / targets.scale : 0);
  return targets;
}

std::vector<std::size_t> subsample(std::span<const Observation> observations, std::size_t count,
                                   Rng& rng) {
  std::vector<std::size_t> kept;
  if (observations.size() <= count) {
    kept.resize(observations.size());
    std::iota(kept.begin(), kept.end(), std::size_t{0});
    return kept;
  }
  std::map<std::uint32_t, std::int64_t> top;  // By trial.
  for (const Observation& one : observations)
    top[one.trial] = std::max(top[one.trial], one.resource);
  // By the highest resource of the trial, then by resource, both from the highest: places.
  std::map<std::int64_t, std::map<std::int64_t, std::vector<std::size_t>, std::greater<>>,
           std::greater<>>
      groups;
  for (std::size_t i = 0; i < observations.size(); ++i)
    groups[top[observations[i].trial]][observations[i].resource].push_back(i);
  for (auto& [highest, levels] : groups)
    for (auto& [resource, places] : levels) {
      const std::size_t room = count - kept.size();
      for (std::size_t i = 0; i < std::min(room, places.size()); ++i) {
        if (places.size() > room) std::swap(places[i], places[i + rng.below(places.size() - i)]);
        kept.push_back(places[i]);
      }
      if (kept.size() == count) break;
    }
  std::ranges::sort(kept);
  return kept;
}

}  // namespace troupe::schedulers
