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
constexpr double right = 210;  ///< Width of the margin for the names of the lines.
constexpr double top = 40;
constexpr double bottom = 50;
constexpr std::array colours{"#1b6ca8", "#d1495b", "#2e8b57", "#8e5ea2",
                             "#e08e0b", "#4d4d4d", "#00a6a6", "#a0522d"};

/// The range of an axis: the powers of ten that enclose all values.
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
    x_.low = x_.high = std::floor(std::log10(lines.front().trials.front()));
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

  void grid(const std::string& unit, const std::string& across) {
    constexpr auto thin = "stroke=\"#dddddd\"";
    for (double power = x_.low; power <= x_.high; ++power) {
      const double at = x(std::pow(10, power));
      line(at, top, at, height - bottom, thin);
      text(at, height - bottom + 18,
           "10<tspan dy=\"-5\" font-size=\"9\">" + std::to_string(static_cast<int>(power)) +
               "</tspan>",
           "text-anchor=\"middle\"");
    }
    for (double power = y_.low; power <= y_.high; ++power)
      for (const double step : {1, 2, 5}) {
        const double mark = step * std::pow(10, power);
        if (mark > std::pow(10, y_.high) * (1 + 1e-9)) break;
        const double at = y(mark);
        line(left, at, width - right, at, thin);
        std::ostringstream number;
        number << mark;
        text(left - 6, at + 4, number.str(), "text-anchor=\"end\"");
      }
    text((left + width - right) / 2, height - 12, across, "text-anchor=\"middle\"");
    const double middle = (top + height - bottom) / 2;
    std::ostringstream turned;
    turned << "text-anchor=\"middle\" transform=\"rotate(-90 16 " << middle << ")\"";
    text(16, middle, unit, turned.str().c_str());
  }

  void draw(const Bound& bound) {
    const double at = y(bound.value);
    line(left, at, width - right, at, "stroke=\"#777777\" stroke-dasharray=\"5 4\"");
  }

  /// Draws text above everything else, with an outline that keeps it readable on a line.
  void name(const Bound& bound) {
    text(left + 6, y(bound.value) - 5, bound.name,
         "fill=\"#555555\" stroke=\"white\" stroke-width=\"4\" paint-order=\"stroke\"");
  }

  void draw(const Growth& growth, std::size_t number) {
    const std::string colour = colours.at(number % colours.size());
    out_ << "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"" << colour << "\" points=\"";
    for (std::size_t i = 0; i < growth.trials.size(); ++i)
      out_ << x(growth.trials[i]) << ',' << y(growth.values[i]) << ' ';
    out_ << "\"/>\n";
    for (std::size_t i = 0; i < growth.trials.size(); ++i)
      out_ << "<circle r=\"3\" fill=\"" << colour << "\" cx=\"" << x(growth.trials[i]) << "\" cy=\""
           << y(growth.values[i]) << "\"/>\n";
    const double at = top + 12 + 18 * static_cast<double>(number);
    line(width - right + 12, at - 4, width - right + 34, at - 4,
         ("stroke-width=\"2\" stroke=\"" + colour + "\"").c_str());
    text(width - right + 40, at, growth.name, "");
  }

  [[nodiscard]] std::string drawn() const { return out_.str(); }

 private:
  Axis x_;
  Axis y_;
  std::ostringstream out_;
};

}  // namespace

std::string growth_chart(const std::string& title, const std::string& unit,
                         const std::vector<Growth>& lines, const std::vector<Bound>& bounds,
                         const std::string& across) {
  Chart chart(lines, bounds);
  chart.text(left, 22, title, "font-size=\"15\"");
  chart.grid(unit, across);
  for (const Bound& bound : bounds) chart.draw(bound);
  for (std::size_t i = 0; i < lines.size(); ++i) chart.draw(lines[i], i);
  for (const Bound& bound : bounds) chart.name(bound);
  std::ostringstream svg;
  svg << "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" << width << "\" height=\"" << height
      << "\" font-family=\"sans-serif\" font-size=\"12\">\n"
      << "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
      << chart.drawn() << "</svg>\n";
  return svg.str();
}

}  // namespace troupe::bench
