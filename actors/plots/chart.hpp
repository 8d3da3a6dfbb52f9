#pragma once

#include <string>
#include <vector>

namespace troupe::actors {

/// Lines with bands around them over two axes, for people.
struct Chart {
  struct Point {
    double x = 0;
    double y = 0;
    double low = 0;  ///< Of the band.
    double high = 0;
  };
  struct Series {
    std::string name;
    std::vector<Point> points;  ///< By x, rising. Not finite: left out.
    /// What has no extent in x: one point, drawn from side to side and dashed.
    bool flat = false;
  };
  std::string title;
  std::string subtitle;
  std::string x_label;
  std::string y_label;
  bool log_x = false;
  bool whole_x = false;  ///< There is nothing between whole numbers: no marks there.
  bool log_y = false;
  std::vector<Series> series;
};

/// A picture of its own: valid XML, no scripts, readable on white.
[[nodiscard]] std::string to_svg(const Chart& chart);

/// Where an axis over [low, high] has its marks: round numbers, some five of them; of a logarithmic
/// axis powers of ten, with 2 and 5 times them where those are few.
[[nodiscard]] std::vector<double> ticks(double low, double high, bool logarithmic);

}  // namespace troupe::actors
