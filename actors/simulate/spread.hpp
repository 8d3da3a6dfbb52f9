#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>

namespace troupe::actors {

/// Mean and sample standard deviation (n - 1 below; 0 of a single number). NaN of nothing.
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

}  // namespace troupe::actors
