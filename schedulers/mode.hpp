#pragma once

#include <array>
#include <cmath>
#include <limits>
#include <string_view>

namespace troupe::schedulers {

/// Which metrics are better: smaller ones (a loss) or larger ones (an accuracy).
enum class Mode { min, max };
constexpr std::array<std::string_view, 2> enum_names(Mode) {
  return {"min", "max"};
}

/// The metric as something to minimise; infinity if it is not finite, so that it ranks last in
/// either mode. Negation is exact, so comparing and interpolating losses gives the same bits as
/// doing so with metrics.
inline double loss_of(Mode mode, double metric) {
  if (!std::isfinite(metric)) return std::numeric_limits<double>::infinity();
  return mode == Mode::min ? metric : -metric;
}

/// The metric behind a loss; NaN for one that was not finite.
inline double metric_of(Mode mode, double loss) {
  if (!std::isfinite(loss)) return std::numeric_limits<double>::quiet_NaN();
  return mode == Mode::min ? loss : -loss;
}

}  // namespace troupe::schedulers
