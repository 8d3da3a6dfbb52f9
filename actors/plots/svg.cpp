#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <string_view>

#include "actors/plots/chart.hpp"

namespace troupe::actors {
namespace {

constexpr double width = 940;
constexpr double height = 540;
constexpr double left = 84;
constexpr double right = 700;  ///< Right end of the plot; the legend follows.
constexpr double top = 64;
constexpr double bottom = 468;

/// Colours by Okabe and Ito, distinguishable with colour blindness.
constexpr std::array<std::string_view, 8> colours{"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                  "#e69f00", "#56b4e9", "#000000", "#999999"};

std::string text_of(const char* format, double number) {
  char text[64];
  std::snprintf(text, sizeof text, format, number);
  return text;
}

std::string at(double x, double y) {
  return text_of("%.2f", x) + "," + text_of("%.2f", y);
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:  // XML has no other control characters.
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

/// Maps numbers to pixels, linearly or logarithmically.
struct Axis {
  double low = 0;
  double high = 1;
  double from = 0;  ///< Pixel of `low`.
  double to = 1;
  bool logarithmic = false;

  [[nodiscard]] double place(double number) const {
    const double n = logarithmic ? std::log(std::max(number, low * 1e-9)) : number;
    const double a = logarithmic ? std::log(low) : low;
    const double b = logarithmic ? std::log(high) : high;
    return from + (to - from) * (n - a) / (b - a);
  }
};

Axis axis_over(double low, double high, bool logarithmic, double from, double to) {
  if (!(low <= high)) {
    low = logarithmic ? 1 : 0;
    high = logarithmic ? 10 : 1;
  }
  if (low == high) {
    low = logarithmic ? low / 2 : low - 0.5;
    high = logarithmic ? high * 2 : high + 0.5;
  }
  return {low, high, from, to, logarithmic};
}

bool is_finite(const Chart::Point& p) {
  return std::isfinite(p.x) && std::isfinite(p.y) && std::isfinite(p.low) && std::isfinite(p.high);
}

Axis x_axis(const Chart& chart) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const auto& series : chart.series)
    for (const auto& point : series.points)
      if (is_finite(point) && !series.flat && (!chart.log_x || point.x > 0)) {
        low = std::min(low, point.x);
        high = std::max(high, point.x);
      }
  return axis_over(low, high, chart.log_x, left, right);
}

Axis y_axis(const Chart& chart) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const auto& series : chart.series)
    for (const auto& point : series.points)
      if (is_finite(point) && (!chart.log_y || point.low > 0)) {
        low = std::min(low, point.low);
        high = std::max(high, point.high);
      }
  if (high > low) {
    const double room = chart.log_y ? std::pow(high / low, 0.04) : 0.04 * (high - low);
    low = chart.log_y ? low / room : low - room;
    high = chart.log_y ? high * room : high + room;
  }
  return axis_over(low, high, chart.log_y, bottom, top);
}

std::string label(double x, double y, const std::string& text, const char* attributes) {
  return "<text x=\"" + text_of("%.2f", x) + "\" y=\"" + text_of("%.2f", y) + "\" " + attributes +
         ">" + escaped(text) + "</text>\n";
}

std::string line(double x1, double y1, double x2, double y2, const char* attributes) {
  return "<line x1=\"" + text_of("%.2f", x1) + "\" y1=\"" + text_of("%.2f", y1) + "\" x2=\"" +
         text_of("%.2f", x2) + "\" y2=\"" + text_of("%.2f", y2) + "\" " + attributes + "/>\n";
}

std::string axes(const Chart& chart, const Axis& x, const Axis& y) {
  constexpr const char* grid = R"(stroke="#e4e4e4")";
  constexpr const char* frame = R"(stroke="#444444")";
  std::string svg;
  for (const double mark : ticks(x.low, x.high, x.logarithmic)) {
    if (chart.whole_x && mark != std::round(mark)) continue;
    svg += line(x.place(mark), top, x.place(mark), bottom, grid);
    svg += label(x.place(mark), bottom + 20, text_of("%.6g", mark), R"(text-anchor="middle")");
  }
  for (const double mark : ticks(y.low, y.high, y.logarithmic)) {
    svg += line(left, y.place(mark), right, y.place(mark), grid);
    svg += label(left - 8, y.place(mark) + 4, text_of("%.6g", mark), R"(text-anchor="end")");
  }
  svg += line(left, bottom, right, bottom, frame);
  svg += line(left, top, left, bottom, frame);
  svg += label((left + right) / 2, bottom + 46, chart.x_label,
               R"(text-anchor="middle" font-size="14")");
  const std::string turned = "text-anchor=\"middle\" font-size=\"14\" transform=\"rotate(-90 22 " +
                             text_of("%.2f", (top + bottom) / 2) + ")\"";
  svg += label(22, (top + bottom) / 2, chart.y_label, turned.c_str());
  svg += label(left, 28, chart.title, R"(font-size="17" font-weight="bold")");
  svg += label(left, 48, chart.subtitle, R"(fill="#555555")");
  return svg;
}

std::string drawn(const Chart::Series& series, const std::string& colour, const Axis& x,
                  const Axis& y) {
  std::vector<Chart::Point> points;
  for (const auto& point : series.points)
    if (is_finite(point)) points.push_back(point);
  if (points.empty()) return {};
  if (series.flat) {
    points.resize(1);
    points.push_back(points.front());
    points[0].x = x.low;
    points[1].x = x.high;
  }
  std::string forth;
  std::string back;
  std::string middle;
  for (const auto& point : points) {
    forth += at(x.place(point.x), y.place(point.high)) + " ";
    back = at(x.place(point.x), y.place(point.low)) + " " + back;
    middle += at(x.place(point.x), y.place(point.y)) + " ";
  }
  std::string svg = "<polygon points=\"" + forth + back + "\" fill=\"" + colour +
                    "\" fill-opacity=\"0.16\" stroke=\"none\"/>\n";
  svg += "<polyline points=\"" + middle + "\" fill=\"none\" stroke=\"" + colour +
         "\" stroke-width=\"2\"" + (series.flat ? " stroke-dasharray=\"7 5\"" : "") + "/>\n";
  if (!series.flat)
    svg += "<circle cx=\"" + text_of("%.2f", x.place(points.back().x)) + "\" cy=\"" +
           text_of("%.2f", y.place(points.back().y)) + "\" r=\"4\" fill=\"" + colour + "\"/>\n";
  return svg;
}

std::string legend(const Chart& chart) {
  std::string svg;
  double y = top + 12;
  for (std::size_t i = 0; i < chart.series.size(); ++i, y += 24) {
    const std::string colour(colours.at(i % colours.size()));
    const std::string stroke = "stroke=\"" + colour + "\" stroke-width=\"3\"" +
                               (chart.series[i].flat ? " stroke-dasharray=\"7 5\"" : "");
    svg += line(right + 18, y, right + 46, y, stroke.c_str());
    svg += label(right + 54, y + 4, chart.series[i].name, R"(text-anchor="start")");
  }
  return svg;
}

}  // namespace

std::string to_svg(const Chart& chart) {
  const Axis x = x_axis(chart);
  const Axis y = y_axis(chart);
  const std::string size = text_of("%.0f", width) + " " + text_of("%.0f", height);
  std::string svg = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  svg += "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + size + "\" width=\"" +
         text_of("%.0f", width) + "\" height=\"" + text_of("%.0f", height) +
         "\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"12\">\n";
  svg += "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n";
  svg += axes(chart, x, y);
  svg += "<clipPath id=\"plot\"><rect x=\"" + text_of("%.0f", left) + "\" y=\"" +
         text_of("%.0f", top) + "\" width=\"" + text_of("%.0f", right - left) + "\" height=\"" +
         text_of("%.0f", bottom - top) + "\"/></clipPath>\n<g clip-path=\"url(#plot)\">\n";
  for (std::size_t i = 0; i < chart.series.size(); ++i)
    svg += drawn(chart.series[i], std::string(colours.at(i % colours.size())), x, y);
  return svg + "</g>\n" + legend(chart) + "</svg>\n";
}

}  // namespace troupe::actors
