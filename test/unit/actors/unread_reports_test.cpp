#include "actors/trial/unread_reports.hpp"

#include <string>
#include <utility>

#include <boost/test/unit_test.hpp>

#include "actors/study_file/line_pattern.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(unread_reports)

using runtime::Stream;

ReportFormat syne_tune() {
  ReportFormat format;
  format.metric = "val_loss";
  format.resource_attr = "epoch";
  return format;
}

/// The keys that are suggested for `text`.
std::string keys(const ReportFormat& format, const std::string& text, Stream stream = Stream::out) {
  UnreadReports reports(format);
  reports.feed(stream, "loading 3 files\n" + text + "\n");
  const std::string& hint = reports.hint();
  const std::size_t begin = hint.find("report: {");
  if (begin == hint.npos) return hint;
  return hint.substr(begin + 9, hint.rfind('}') - begin - 9);
}

BOOST_AUTO_TEST_CASE(suggests_the_format_of_a_line_with_the_metric) {
  BOOST_TEST(keys(syne_tune(), "epoch=1 val_loss=0.5") == "format: name-value");
  BOOST_TEST(keys(syne_tune(), "epoch=1 val_loss=0.5", Stream::err) ==
             "format: name-value, stream: stderr");
  BOOST_TEST(keys(syne_tune(), "[tune-metric]: {\"epoch\": 1}", Stream::err) == "stream: stderr");
  BOOST_TEST(keys(syne_tune(), "Epoch 1: epoch 1, val_loss: 0.5") ==
             "patterns: ['\\bepoch[^-+.\\w]+(?<epoch>[-+.\\w]+)', "
             "'\\bval_loss[^-+.\\w]+(?<val_loss>[-+.\\w]+)']");
  BOOST_TEST(keys(syne_tune(), "val_loss: 0.5") ==
             "patterns: ['\\bval_loss[^-+.\\w]+(?<val_loss>[-+.\\w]+)'], resource: count");
  auto pairs = syne_tune();
  pairs.format = ReportFormat::Format::name_value;
  BOOST_TEST(keys(pairs, "[tune-metric]: {\"epoch\": 1, \"val_loss\": 1}") == "format: syne-tune");
  UnreadReports shown(syne_tune());
  shown.feed(Stream::out, "\x1b[1mepoch=1\x1b[0m val_loss=0.5\n");
  BOOST_TEST(shown.hint() ==
             "the line 'epoch=1 val_loss=0.5' looks like a report in another format; report: "
             "{format: name-value} would read it");
}

BOOST_AUTO_TEST_CASE(the_suggested_pattern_reads_the_sign_and_the_point) {
  for (const auto& [line, number] : {std::pair{"val_loss: -0.5", "-0.5"},
                                     {"val_loss = .7", ".7"},
                                     {"\"val_loss\": 3e-4", "3e-4"}}) {
    const std::string suggested = keys(syne_tune(), line);
    const std::size_t begin = suggested.find('\'') + 1;
    const auto pattern =
        LinePattern::compile(suggested.substr(begin, suggested.find('\'', begin) - begin));
    BOOST_TEST_REQUIRE(pattern.has_value(), suggested);
    const auto groups = pattern->match(line);
    BOOST_TEST_REQUIRE(groups.has_value(), line);
    BOOST_TEST(groups->at(0).text == number);
  }
}

BOOST_AUTO_TEST_CASE(a_name_that_no_group_can_have_gets_no_pattern) {
  ReportFormat format = syne_tune();
  format.metric = "val/loss";
  BOOST_TEST(keys(format, "epoch 1, val/loss: 0.5") == "");
}

BOOST_AUTO_TEST_CASE(a_report_on_the_other_stream_is_found_in_the_given_format) {
  auto pairs = syne_tune();
  pairs.format = ReportFormat::Format::name_value;
  BOOST_TEST(keys(pairs, "epoch=1 val_loss=0.5", Stream::err) == "stream: stderr");
}

BOOST_AUTO_TEST_CASE(a_line_that_is_no_report_suggests_nothing) {
  auto pairs = syne_tune();
  pairs.format = ReportFormat::Format::name_value;
  for (const char* line :
       {"", "the val_loss is low", "epoch=1 loss=3", "val_losses", "val_loss=low"})
    BOOST_TEST(keys(syne_tune(), line) == "", line);
  BOOST_TEST(keys(syne_tune(), "[tune-metric]: {broken") == "");
  BOOST_TEST(keys(pairs, "epoch=1 val_loss=0.5") == "");
}

BOOST_AUTO_TEST_CASE(a_number_with_a_comma_suggests_nothing) {
  BOOST_TEST(keys(syne_tune(), "epoch=1 val_loss=0,5") == "");
  BOOST_TEST(keys(syne_tune(), "epoch=1 val_loss=1,000.5") == "");
  BOOST_TEST(keys(syne_tune(), "val_loss: 0,51") == "");
  BOOST_TEST(keys(syne_tune(), "epoch 1 val_loss -1,000") == "");
  BOOST_TEST(keys(syne_tune(), "epoch 1, val_loss 5, acc 1") != "");
}

BOOST_AUTO_TEST_CASE(a_longer_name_that_ends_with_the_metric_suggests_nothing) {
  auto format = syne_tune();
  format.metric = "loss";
  for (const char* line : {"val_loss 0.4", "epoch 1: trainloss: 0.4", "epoch=1 val/loss=0.4",
                           "val-loss 0.4, loss 0.5"})
    BOOST_TEST(keys(format, line) == "", line);
  // The pattern reads the second number.
  BOOST_TEST(keys(format, "val_loss 0.4, loss 0.5") ==
             "patterns: ['\\bloss[^-+.\\w]+(?<loss>[-+.\\w]+)'], resource: count");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
