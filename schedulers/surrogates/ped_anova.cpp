#include "schedulers/surrogates/ped_anova.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {
namespace {

using Mass = std::vector<double>;  ///< Sums to 1.

constexpr std::size_t cells = 50;   ///< Of a number's range.
constexpr double best_part = 0.1;   ///< Of the observations.
constexpr double smoothing = 1e-2;  ///< Of uniform mass, so that no cell is empty.

Mass normalized(Mass mass) {
  const double sum = std::accumulate(mass.begin(), mass.end(), 0.0);
  const auto size = static_cast<double>(mass.size());
  for (double& one : mass)
    one = (1 - smoothing) * (sum > 0 ? one / sum : 1 / size) + smoothing / size;
  return mass;
}

/// Each value spread by a normal density, with Scott's bandwidth for `bandwidth_of` values.
Mass mass_of_numbers(const std::vector<double>& values, std::size_t bandwidth_of) {
  const double width = std::max(0.3 * std::pow(static_cast<double>(bandwidth_of), -0.2),
                                1.0 / static_cast<double>(cells));
  Mass mass(cells, 0.0);
  for (const double value : values)
    for (std::size_t cell = 0; cell < cells; ++cell) {
      const double middle = (static_cast<double>(cell) + 0.5) / static_cast<double>(cells);
      const double z = (middle - value) / width;
      mass[cell] += std::exp(-0.5 * z * z);
    }
  return normalized(std::move(mass));
}

/// The last value is for inactive.
Mass mass_of_choices(const std::vector<double>& values, std::size_t choices) {
  Mass mass(choices, 0.0);
  for (const double value : values) mass.at(static_cast<std::size_t>(value)) += 1;
  return normalized(std::move(mass));
}

double divergence(const Mass& best, const Mass& all) {
  double sum = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const double ratio = best[i] / all[i];
    sum += all[i] * (ratio - 1) * (ratio - 1);
  }
  return sum;
}

/// The values of one parameter in the rows `order`, up to before `count`, without inactive ones.
std::vector<double> column(const std::vector<double>& observations, std::size_t parameters,
                           std::size_t parameter, const std::vector<std::size_t>& order,
                           std::size_t count) {
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) {
    const double value = observations[order[i] * parameters + parameter];
    if (!std::isnan(value)) values.push_back(value);
  }
  return values;
}

}  // namespace

std::vector<double> ped_anova(const std::vector<std::size_t>& choices,
                              const std::vector<double>& observations,
                              const std::vector<double>& losses) {
  const std::size_t parameters = choices.size();
  check(losses.size() >= ped_anova_least, "importance needs observations");
  check(observations.size() == losses.size() * parameters, "each row has every parameter");
  std::vector<std::size_t> order(losses.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return losses[i]; });
  const auto best = std::max<std::size_t>(
      static_cast<std::size_t>(std::ceil(best_part * static_cast<double>(losses.size()))), 2);
  std::vector<double> importance(parameters, 0.0);
  for (std::size_t p = 0; p < parameters; ++p) {
    const auto among_best = column(observations, parameters, p, order, best);
    const auto among_all = column(observations, parameters, p, order, order.size());
    if (among_best.empty() || among_all.empty()) continue;
    importance[p] = choices[p] > 0 ? divergence(mass_of_choices(among_best, choices[p]),
                                                mass_of_choices(among_all, choices[p]))
                                   : divergence(mass_of_numbers(among_best, among_best.size()),
                                                mass_of_numbers(among_all, among_best.size()));
  }
  const double sum = std::accumulate(importance.begin(), importance.end(), 0.0);
  if (sum > 0)
    for (double& one : importance) one /= sum;
  return importance;
}

}  // namespace troupe::schedulers
