#pragma once

#include <string>
#include <vector>

namespace troupe::bench {

/// The values of one scheduler for increasing numbers of trials.
struct Growth {
  std::string name;
  std::vector<double> trials;
  std::vector<double> values;  ///< One for each number of trials.
};

/// A horizontal line: a target that values should not exceed.
struct Bound {
  std::string name;
  double value = 0;
};

/// An SVG chart with logarithmic axes; `unit` is the unit of the values, `across` that of the other
/// axis. Needs at least one point; all values are above 0.
[[nodiscard]] std::string growth_chart(const std::string& title, const std::string& unit,
                                       const std::vector<Growth>& lines,
                                       const std::vector<Bound>& bounds,
                                       const std::string& across = "trials");

}  // namespace troupe::bench
