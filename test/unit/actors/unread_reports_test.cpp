#include "actors/trial/unread_reports.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

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
  BOOST_TEST(
      keys(syne_tune(), "Epoch 1: epoch 1, val_loss: 0.5") ==
      "patterns: ['\\bepoch\\W+(?<epoch>[-+.\\w]+)', '\\bval_loss\\W+(?<val_loss>[-+.\\w]+)']");
  BOOST_TEST(keys(syne_tune(), "val_loss: 0.5") ==
             "patterns: ['\\bval_loss\\W+(?<val_loss>[-+.\\w]+)'], resource: count");
  auto pairs = syne_tune();
  pairs.format = ReportFormat::Format::name_value;
  BOOST_TEST(keys(pairs, "[tune-metric]: {\"epoch\": 1, \"val_loss\": 1}") == "format: syne-tune");
  UnreadReports shown(syne_tune());
  shown.feed(Stream::out, "\x1b[1mepoch=1\x1b[0m val_loss=0.5\n");
  BOOST_TEST(shown.hint() ==
             "the line 'epoch=1 val_loss=0.5' looks like a report in another format; report: "
             "{format: name-value} would read it");
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
             "patterns: ['\\bloss\\W+(?<loss>[-+.\\w]+)'], resource: count");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
