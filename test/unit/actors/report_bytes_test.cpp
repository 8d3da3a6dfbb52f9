// Lines that are too long, no text, or any bytes.

#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "actors/trial/report_parser.hpp"
#include "actors/trial/report_text.hpp"
#include "runtime/core/rng.hpp"

namespace troupe::actors {
namespace {

namespace report_bytes {

struct Fixture {
  ReportFormat format;

  Fixture() {
    format.metric = "loss";
    format.resource_attr = "epoch";
  }
  std::vector<ReportLine> read(const std::string& text) const {
    ReportParser parser(format, 0);
    auto found = parser.feed(runtime::Stream::out, text);
    for (auto& line : parser.finish()) found.push_back(std::move(line));
    return found;
  }
  Report report(const std::string& text) const { return std::get<Report>(read(text).at(0)); }
  void use_pairs() { format.format = ReportFormat::Format::name_value; }
  void use_pattern(const std::string& pattern) {
    format.format = ReportFormat::Format::regex;
    format.pattern = pattern;
  }
};

}  // namespace report_bytes

BOOST_FIXTURE_TEST_SUITE(report_bytes, report_bytes::Fixture)

using schedulers::Value;

BOOST_AUTO_TEST_CASE(escape_sequences_are_removed_in_every_format) {
  const std::string red = "\x1b[1;31m";
  const std::string off = "\x1b[0m";
  const std::string link = "\x1b]8;;http://x\x1b\\";
  const std::string title = "\x1b]0;epoch=7 loss=9\a";
  BOOST_TEST(
      report(red + "[tune-" + off + "metric]: {\"epoch\": 1, \"lo" + red + "ss\": 0.5" + off + "}")
          .metric == 0.5);
  use_pairs();
  BOOST_TEST(
      report(title + "epoch=" + red + "1" + off + " loss" + link + "=\x1b(B0." + red + "5" + off)
          .metric == 0.5);
  use_pattern(R"(^epoch (?<epoch>\d+) loss (?<loss>\S+)$)");
  BOOST_TEST(report("\x1b[2K\x1b[1Gepoch " + red + "1" + off + " loss 0.5" + off).metric == 0.5);
  BOOST_TEST(read("epoch 1\x1b").empty());
  BOOST_TEST(read("epoch 1\x1b[").empty());
  BOOST_TEST(read("epoch 1\x1b]0;").empty());
}

BOOST_AUTO_TEST_CASE(a_line_over_the_limit_is_a_warning_once_in_every_format) {
  const std::string tail = std::string(70'000, 'x') + "\n";
  for (const auto kind : {ReportFormat::Format::syne_tune, ReportFormat::Format::name_value}) {
    format.format = kind;
    const auto found = read("a" + tail + "epoch=1 loss=2 " + tail);
    BOOST_TEST_REQUIRE(found.size() == 1u);
    BOOST_TEST(std::get<Malformed>(found[0]).why ==
               "the line is longer than 65536 bytes; no report is read from such a line");
    BOOST_TEST(std::get<Malformed>(found[0]).once == "long line");
  }
}

BOOST_AUTO_TEST_CASE(names_and_texts_are_valid_utf8) {
  use_pairs();
  const auto got = report("epoch=1 loss=2 tag=a\xff\xc3\xa4\xe2\x82\n");
  BOOST_TEST((got.values.back().value ==
              Value(std::string("a\xef\xbf\xbd\xc3\xa4\xef\xbf\xbd\xef\xbf\xbd"))));
  const auto found = read("epoch=1 loss=\xff" + std::string(185, 'x') + "\xc3\xa4\n");
  BOOST_TEST(std::get<Malformed>(found.at(0)).line ==
             "epoch=1 loss=\xef\xbf\xbd" + std::string(185, 'x') + "...");
}

BOOST_AUTO_TEST_CASE(survives_any_bytes) {
  Rng rng(17);
  const std::string seed =
      "[tune-metric]: {\"epoch\": 1, \"loss\": 0.5, \"s\": \"x\\u0041\", \"n\": [1, {\"a\": NaN}]} "
      "epoch=1 loss=1e5\n";
  std::size_t reports = 0;
  std::size_t malformed = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = seed;
    for (auto change = rng.below(6); change > 0; --change) {
      const auto at = rng.below(text.size());
      if (const auto kind = rng.below(3); kind == 0)
        text[at] = static_cast<char>(rng.below(256));
      else if (kind == 1)
        text.erase(at, 1 + rng.below(5));
      else
        text.insert(at, text.substr(rng.below(text.size()), rng.below(20)));
      if (text.empty()) text = "\n";
    }
    format.format = static_cast<ReportFormat::Format>(rng.below(2));
    for (const auto& line : read(text)) {
      if (const auto* report = std::get_if<Report>(&line)) {
        ++reports;
        BOOST_TEST_REQUIRE(report->resource >= 1);
        BOOST_TEST_REQUIRE(find_value(report->values, "loss") != nullptr);
      } else {
        ++malformed;
        BOOST_TEST_REQUIRE(!std::get<Malformed>(line).why.empty());
      }
    }
  }
  // The mutations are small, so that reports and malformed lines are both common.
  BOOST_TEST(reports > 2000u);
  BOOST_TEST(malformed > 2000u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
