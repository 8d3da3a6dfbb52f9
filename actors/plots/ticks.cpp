#include <algorithm>
#include <cmath>

#include "actors/plots/chart.hpp"

namespace troupe::actors {
namespace {

constexpr double marks_wanted = 6;

std::vector<double> powers(double low, double high) {
  std::vector<double> marks;
  const double decades = std::log10(high / low);
  const std::vector<double> steps = decades > 3   ? std::vector<double>{1}
                                    : decades > 1 ? std::vector<double>{1, 2, 5}
                                                  : std::vector<double>{1, 1.5, 2, 3, 4, 5, 6, 8};
  const double first = std::floor(std::log10(low));
  for (double power = first; power <= std::ceil(std::log10(high)); ++power)
    for (const double step : steps)
      if (const double mark = step * std::pow(10, power);
          mark >= low * (1 - 1e-9) && mark <= high * (1 + 1e-9))
        marks.push_back(mark);
  return marks;
}

}  // namespace

std::vector<double> ticks(double low, double high, bool logarithmic) {
  if (!(high > low)) return {low};
  if (logarithmic) return powers(low, high);
  const double raw = (high - low) / marks_wanted;
  const double unit = std::pow(10, std::floor(std::log10(raw)));
  double step = 10 * unit;
  for (const double factor : {5.0, 2.5, 2.0, 1.0})
    if (factor * unit >= raw) step = factor * unit;
  std::vector<double> marks;
  for (double number = std::ceil(low / step - 1e-9); number * step <= high + 1e-9 * step; ++number)
    marks.push_back(number * step + 0.0);  // Turns -0 into 0.
  return marks;
}

}  // namespace troupe::actors
