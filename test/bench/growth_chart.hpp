#pragma once

#include <string>
#include <vector>

namespace troupe::bench {

/// How something grows with the number of trials, for one scheduler.
struct Growth {
  std::string name;
  std::vector<double> trials;
  std::vector<double> values;  ///< As many.
};

/// A horizontal line that values should stay below.
struct Bound {
  std::string name;
  double value = 0;
};

/// An SVG picture with both axes logarithmic; `unit` is what the values are. There is at least one
/// point; all are above 0.
[[nodiscard]] std::string growth_chart(const std::string& title, const std::string& unit,
                                       const std::vector<Growth>& lines,
                                       const std::vector<Bound>& bounds);

}  // namespace troupe::bench
