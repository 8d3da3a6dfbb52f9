#include "test/bench/growth_chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

namespace troupe::bench {
namespace {

constexpr double width = 760;
constexpr double height = 440;
constexpr double left = 70;
constexpr double right = 210;  ///< Of it the names of the lines.
constexpr double top = 40;
constexpr double bottom = 50;
constexpr std::array colours{"#1b6ca8", "#d1495b", "#2e8b57", "#8e5ea2",
                             "#e08e0b", "#4d4d4d", "#00a6a6", "#a0522d"};

/// Whole powers of ten around all values.
struct Axis {
  double low = 0;
  double high = 0;
  void take(double value) {
    low = std::min(low, std::floor(std::log10(value)));
    high = std::max(high, std::ceil(std::log10(value)));
  }
  [[nodiscard]] double part(double value) const { return (std::log10(value) - low) / (high - low); }
};

class Chart {
 public:
  Chart(const std::vector<Growth>& lines, const std::vector<Bound>& bounds) {
    const double start = std::log10(lines.front().values.front());
    x_.low = x_.high = std::log10(lines.front().trials.front());
    y_ = {std::floor(start), std::floor(start) + 1};
    for (const Growth& line : lines) {
      for (const double trials : line.trials) x_.take(trials);
      for (const double value : line.values) y_.take(value);
    }
    for (const Bound& bound : bounds) y_.take(bound.value);
    x_.high = std::max(x_.high, x_.low + 1);
  }

  [[nodiscard]] double x(double trials) const {
    return left + x_.part(trials) * (width - left - right);
  }
  [[nodiscard]] double y(double value) const {
    return height - bottom - y_.part(value) * (height - top - bottom);
  }

  void text(double at_x, double at_y, const std::string& words, const char* style) {
    out_ << "<text x=\"" << at_x << "\" y=\"" << at_y << "\" " << style << ">" << words
         << "</text>\n";
  }
  void line(double x1, double y1, double x2, double y2, const char* style) {
    out_ << "<line x1=\"" << x1 << "\" y1=\"" << y1 << "\" x2=\"" << x2 << "\" y2=\"" << y2 << "\" "
         << style << "/>\n";
  }

  void grid() {
    constexpr auto thin = "stroke=\"#dddddd\"";
    for (double power = x_.low; power <= x_.high; ++power) {
      const double at = x(std::pow(10, power));
      line(at, top, at, height - bottom, thin);
      text(at, height - bottom + 18, "10^" + std::to_string(static_cast<int>(power)),
           "text-anchor=\"middle\"");
    }
    for (double power = y_.low; power <= y_.high; ++power) {
      const double at = y(std::pow(10, power));
      line(left, at, width - right, at, thin);
      text(left - 6, at + 4, "10^" + std::to_string(static_cast<int>(power)),
           "text-anchor=\"end\"");
    }
    text((left + width - right) / 2, height - 12, "trials", "text-anchor=\"middle\"");
  }

  void draw(const Bound& bound) {
    const double at = y(bound.value);
    line(left, at, width - right, at, "stroke=\"#999999\" stroke-dasharray=\"5 4\"");
    text(left + 4, at - 4, bound.name, "fill=\"#777777\"");
  }

  void draw(const Growth& growth, std::size_t number) {
    const std::string colour = colours.at(number % colours.size());
    out_ << "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"" << colour << "\" points=\"";
    for (std::size_t i = 0; i < growth.trials.size(); ++i)
      out_ << x(growth.trials[i]) << ',' << y(growth.values[i]) << ' ';
    out_ << "\"/>\n";
    text(width - right + 12, top + 12 + 18 * static_cast<double>(number), growth.name,
         ("fill=\"" + colour + "\"").c_str());
  }

  [[nodiscard]] std::string drawn() const { return out_.str(); }

 private:
  Axis x_;
  Axis y_;
  std::ostringstream out_;
};

}  // namespace

std::string growth_chart(const std::string& title, const std::vector<Growth>& lines,
                         const std::vector<Bound>& bounds) {
  Chart chart(lines, bounds);
  chart.text(left, 22, title, "font-size=\"15\"");
  chart.grid();
  for (const Bound& bound : bounds) chart.draw(bound);
  for (std::size_t i = 0; i < lines.size(); ++i) chart.draw(lines[i], i);
  std::ostringstream svg;
  svg << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << width << "\" height=\"" << height
      << "\" font-family=\"sans-serif\" font-size=\"12\">\n"
      << "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
      << chart.drawn() << "</svg>\n";
  return svg.str();
}

}  // namespace troupe::bench
