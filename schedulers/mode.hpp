#pragma once

#include <array>
#include <cmath>
#include <limits>
#include <string_view>

namespace troupe::schedulers {

/// Whether smaller metrics (an error) or larger ones (an accuracy) are better.
enum class Mode { min, max };
constexpr std::array<std::string_view, 2> enum_names(Mode) {
  return {"min", "max"};
}

/// Converts a metric to a loss, which is to be minimised: +infinity if the metric is not finite, so
/// that it ranks last in both modes. Negation is exact, so comparisons and interpolations of losses
/// give the same bits as those of metrics.
inline double loss_of(Mode mode, double metric) {
  if (!std::isfinite(metric)) return std::numeric_limits<double>::infinity();
  return mode == Mode::min ? metric : -metric;
}

/// Converts a loss back to its metric; NaN for an infinite loss.
inline double metric_of(Mode mode, double loss) {
  if (!std::isfinite(loss)) return std::numeric_limits<double>::quiet_NaN();
  return mode == Mode::min ? loss : -loss;
}

}  // namespace troupe::schedulers
