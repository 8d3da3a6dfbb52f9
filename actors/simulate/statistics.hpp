#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "runtime/core/check.hpp"

namespace troupe::actors {

/// Mean and sample standard deviation (divided by n - 1; 0 for one number). NaN without numbers.
struct Spread {
  double mean = std::numeric_limits<double>::quiet_NaN();
  double deviation = std::numeric_limits<double>::quiet_NaN();
};

[[nodiscard]] inline Spread spread_of(std::span<const double> numbers) {
  if (numbers.empty()) return {};
  const double first = numbers.front();
  if (std::ranges::all_of(numbers, [first](double x) { return x == first; })) return {first, 0};
  const auto n = static_cast<double>(numbers.size());
  double sum = 0;
  for (const double x : numbers) sum += x;
  const double mean = sum / n;
  double squares = 0;
  for (const double x : numbers) squares += (x - mean) * (x - mean);
  return {mean, std::sqrt(squares / (n - 1))};
}

/// Median, lower and upper quartile, interpolated linearly.
struct Quartiles {
  double low = 0;
  double median = 0;
  double high = 0;
};

/// Quartiles of at least one number.
[[nodiscard]] inline Quartiles quartiles_of(std::vector<double> numbers) {
  check(!numbers.empty(), "quartiles are of one number at least");
  std::ranges::sort(numbers);
  const auto quantile = [&](double q) {
    const double place = q * static_cast<double>(numbers.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const auto above = std::min(below + 1, numbers.size() - 1);
    return numbers[below] +
           (place - static_cast<double>(below)) * (numbers[above] - numbers[below]);
  };
  return {quantile(0.25), quantile(0.5), quantile(0.75)};
}

}  // namespace troupe::actors
