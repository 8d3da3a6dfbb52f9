#pragma once

#include <filesystem>
#include <vector>

#include "runtime/core/result.hpp"

namespace troupe::replay {

/// Recorded learning curves: a row for each configuration, column e - 1 for epoch e.
struct RecordedCurves {
  std::vector<std::vector<double>> curves;  ///< The metric.
  std::vector<std::vector<double>>
      costs;  ///< Seconds in multiples of 1/64, so that sums are exact.
};

[[nodiscard]] Result<RecordedCurves> read_curves(const std::filesystem::path& folder);

}  // namespace troupe::replay
