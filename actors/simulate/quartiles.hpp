#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace troupe::actors {

/// The median and what a quarter of the numbers lies below and above, interpolated.
struct Quartiles {
  double low = 0;
  double median = 0;
  double high = 0;
};

/// Of one number at least.
[[nodiscard]] inline Quartiles quartiles_of(std::vector<double> numbers) {
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
