#pragma once

#include <string>
#include <vector>

namespace troupe::actors {

/// Line chart with a band around each line.
struct Chart {
  struct Point {
    double x = 0;
    double y = 0;
    double low = 0;  ///< Lower bound of the band.
    double high = 0;
  };
  struct Series {
    std::string name;
    std::vector<Point> points;  ///< Ascending in x. Points that are not finite are left out.
    /// Its one point is drawn as a dashed line over the whole width.
    bool flat = false;
  };
  std::string title;
  std::string subtitle;
  std::string x_label;
  std::string y_label;
  bool log_x = false;
  bool whole_x = false;  ///< x is an integer: no ticks between integers.
  bool log_y = false;
  std::vector<Series> series;
};

/// The chart as a standalone SVG file without scripts.
[[nodiscard]] std::string to_svg(const Chart& chart);

/// Ticks of an axis over [low, high]: about five round numbers; on a logarithmic axis powers of
/// ten, and their multiples by 2 and 5 if there are few.
[[nodiscard]] std::vector<double> ticks(double low, double high, bool logarithmic);

}  // namespace troupe::actors
