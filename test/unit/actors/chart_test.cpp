#include "actors/plots/chart.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(chart)

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++found;
  return found;
}

/// Whether every element is closed in order, and all quotes are paired.
bool is_balanced(const std::string& xml) {
  std::vector<std::string> open;
  for (auto at = xml.find('<'); at != xml.npos; at = xml.find('<', at + 1)) {
    const auto end = xml.find('>', at);
    if (end == xml.npos) return false;
    const std::string tag = xml.substr(at + 1, end - at - 1);
    if (std::ranges::count(tag, '"') % 2 != 0) return false;
    if (tag.starts_with('?') || tag.ends_with('/')) continue;
    const std::string name = tag.substr(0, tag.find(' '));
    if (!name.starts_with('/')) {
      open.push_back(name);
      continue;
    }
    if (open.empty() || "/" + open.back() != name) return false;
    open.pop_back();
  }
  return open.empty();
}

Chart chart_of_two() {
  Chart chart{.title = "loss < 1 & \"falling\"", .x_label = "time (s)", .y_label = "loss"};
  chart.series.push_back({"asha", {{1, 0.5, 0.4, 0.6}, {10, 0.2, 0.1, 0.3}}});
  chart.series.push_back({"random & co", {{1, 0.3, 0.2, 0.4}}, true});
  chart.log_x = true;
  return chart;
}

BOOST_AUTO_TEST_CASE(is_xml_with_axes_bands_lines_and_a_legend) {
  const std::string svg = to_svg(chart_of_two());
  BOOST_TEST(is_balanced(svg));
  BOOST_TEST(count(svg, "<polygon") == 2u);
  BOOST_TEST(count(svg, "<polyline") == 2u);
  BOOST_TEST(count(svg, "random &amp; co") == 1u);
  BOOST_TEST(count(svg, "loss &lt; 1 &amp; &quot;falling&quot;") == 1u);
  BOOST_TEST(count(svg, ">time (s)<") == 1u);
  BOOST_TEST(count(svg, "nan") == 0u);
}

BOOST_AUTO_TEST_CASE(stays_a_picture_without_any_finite_number) {
  Chart empty{.title = "nothing"};
  empty.series.push_back({"none", {{1, std::nan(""), 0, 0}}});
  empty.series.push_back({"endless", {{2, std::numeric_limits<double>::infinity(), 0, 1}}});
  const std::string svg = to_svg(empty);
  BOOST_TEST(is_balanced(svg));
  BOOST_TEST(count(svg, "nan") == 0u);
  BOOST_TEST(count(svg, "inf") == 0u);
}

BOOST_AUTO_TEST_CASE(marks_are_round_numbers) {
  const auto marks = ticks(0, 0.6, false);
  BOOST_TEST_REQUIRE(marks.size() == 7u);
  for (std::size_t i = 0; i < 7; ++i) BOOST_TEST(std::abs(marks[i] - 0.1 * double(i)) < 1e-12);
  const auto powers = ticks(0.5, 60, true);
  const std::vector<double> expected{0.5, 1, 2, 5, 10, 20, 50};
  BOOST_TEST_REQUIRE(powers.size() == expected.size());
  for (std::size_t i = 0; i < 7; ++i) BOOST_TEST(std::abs(powers[i] - expected[i]) < 1e-12);
  BOOST_TEST(ticks(1, 1e6, true).size() == 7u);
  BOOST_TEST(!std::signbit(ticks(-0.001, 0.6, false).front()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
