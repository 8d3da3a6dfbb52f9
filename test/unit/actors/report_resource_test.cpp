// Where the resource of a report comes from: earlier lines, a count, fractions.

#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "actors/study_file/report_units.hpp"
#include "actors/trial/report_parser.hpp"

namespace troupe::actors {
namespace {

namespace report_resource {

struct Fixture {
  ReportFormat format;
  schedulers::Resource from = 0;

  Fixture() {
    format.metric = "loss";
    format.resource_attr = "epoch";
  }
  std::vector<ReportLine> read(const std::string& text) const {
    ReportParser parser(format, from);
    auto found = parser.feed(runtime::Stream::out, text);
    for (auto& line : parser.finish()) found.push_back(std::move(line));
    return found;
  }
  /// Each report as "resource:metric", each warning as "!".
  std::string reports(const std::string& text) const {
    std::string all;
    for (const ReportLine& line : read(text)) {
      const auto* report = std::get_if<Report>(&line);
      all += report == nullptr ? std::string("! ")
                               : std::to_string(report->resource) + ":" +
                                     schedulers::text_of(report->metric) + " ";
    }
    return all;
  }
  void use_patterns(std::vector<std::string> patterns) {
    format.format = ReportFormat::Format::regex;
    format.patterns = std::move(patterns);
  }
  void count() { format.resource = ReportFormat::ResourceSource::count; }
};

}  // namespace report_resource

BOOST_FIXTURE_TEST_SUITE(report_resource, report_resource::Fixture)

BOOST_AUTO_TEST_CASE(the_resource_may_be_on_an_earlier_line) {
  use_patterns({R"(^Epoch (?<epoch>\d+))", R"(train: (?<train>\S+))", R"(val: (?<loss>\S+))"});
  const auto found = read(
      "Epoch 1/9\ntrain: 0.75\nbatch 3\nval: 0.5\nEpoch 2/9\nval: 0.25\nEpoch 2/9\nval: 0.125\n");
  BOOST_TEST_REQUIRE(found.size() == 3u);
  const schedulers::Config first{{"epoch", std::int64_t{1}}, {"train", 0.75}, {"loss", 0.5}};
  BOOST_TEST((std::get<Report>(found[0]) == Report{1, 0.5, first}));
  // The value of the first epoch is not one of the second.
  const schedulers::Config second{{"epoch", std::int64_t{2}}, {"loss", 0.25}};
  BOOST_TEST((std::get<Report>(found[1]) == Report{2, 0.25, second}));
  BOOST_TEST(std::get<Report>(found[2]).metric == 0.125);
}

BOOST_AUTO_TEST_CASE(a_metric_before_any_resource_is_told_once) {
  use_patterns({R"(Epoch (?<epoch>\d+))", R"(loss (?<loss>\S+))"});
  const auto found = read("loss 3\nloss 2\nEpoch 1\nloss 1\n");
  BOOST_TEST_REQUIRE(found.size() == 2u);
  BOOST_TEST(
      std::get<Malformed>(found[0]).why ==
      "no line before it has 'epoch', the resource: a metric belongs to the resource that is "
      "printed before it");
  BOOST_TEST(std::get<Report>(found[1]).resource == 1);
}

BOOST_AUTO_TEST_CASE(patterns_may_match_the_same_line) {
  use_patterns({R"(Epoch (?<epoch>\d+))", R"(loss (?<loss>\S+))", R"(acc (?<acc>\S+))"});
  BOOST_TEST(reports("Epoch 1 loss 0.5 acc 1\nloss 0.25 Epoch 2\n") == "1:0.5 2:0.25 ");
}

BOOST_AUTO_TEST_CASE(counts_reports_in_every_format) {
  count();
  BOOST_TEST(reports("[tune-metric]: {\"loss\": 3}\n[tune-metric]: {\"loss\": 2}\n") ==
             "1:3.0 2:2.0 ");
  const auto found = read("[tune-metric]: {\"loss\": 3}\n");
  const schedulers::Config values{{"epoch", schedulers::Resource{1}}, {"loss", std::int64_t{3}}};
  BOOST_TEST((std::get<Report>(found.at(0)).values == values));
  from = 4;
  format.format = ReportFormat::Format::name_value;
  // A metric that cannot be read is a unit of resource too.
  BOOST_TEST(reports("loss=3\nacc=7\nloss=0,5\nstep=10 loss=2\n") == "5:3.0 ! 7:2.0 ");
  use_patterns({R"(loss (?<loss>\S+))", R"(acc (?<acc>\S+))"});
  BOOST_TEST(reports("acc 1\nloss 3\nloss 2\n") == "5:3.0 6:2.0 ");
  const auto with_state = read("acc 1\nloss 3\nloss 2\n");
  BOOST_TEST(std::get<Report>(with_state.at(0)).values.size() == 3u);
  BOOST_TEST(std::get<Report>(with_state.at(1)).values.size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_scale_makes_fractions_whole) {
  format.format = ReportFormat::Format::name_value;
  BOOST_TEST(reports("epoch=0.5 loss=1\n") == "! ");
  BOOST_TEST(std::get<Malformed>(read("epoch=0.5 loss=1\n").at(0)).why ==
             "'epoch', the resource, is no whole number: found 0.5; report.resource_scale is for "
             "fractions");
  format.resource_scale = 10;
  BOOST_TEST(reports("epoch=0.1 loss=1\nepoch=0.3 loss=1\nepoch=1 loss=2\nepoch=2.70 loss=3\n") ==
             "1:1.0 3:1.0 10:2.0 27:3.0 ");
  BOOST_TEST(
      std::get<Malformed>(read("epoch=0.25 loss=1\n").at(0)).why ==
      "'epoch', the resource, is 0.25, which times report.resource_scale is no whole number");
  format.resource_scale = 3;  // Two digits are printed.
  BOOST_TEST(reports("epoch=0.33 loss=1\nepoch=0.67 loss=2\nepoch=12.33 loss=3\n") ==
             "1:1.0 2:2.0 37:3.0 ");
  format.resource_scale = 0.001;  // Steps, by the thousand.
  BOOST_TEST(reports("epoch=1000 loss=1\nepoch=500 loss=1\nepoch=nan loss=1\n") == "1:1.0 ! ! ");
}

BOOST_AUTO_TEST_CASE(a_program_gets_its_own_units) {
  using schedulers::Value;
  BOOST_TEST((program_units(format, 3) == Value(std::int64_t{3})));
  format.resource_scale = 10;
  BOOST_TEST((program_units(format, 30) == Value(std::int64_t{3})));
  BOOST_TEST((program_units(format, 9) == Value(0.9)));
  format.resource_scale = 0.001;
  BOOST_TEST((program_units(format, 3) == Value(std::int64_t{3000})));
}

BOOST_AUTO_TEST_CASE(a_log_keeps_what_a_report_depends_on) {
  const auto relevant = [&](const std::string& line) {
    return ReportParser(format, 0).is_relevant(line);
  };
  BOOST_TEST(relevant("x [tune-metric]: {broken"));
  BOOST_TEST(!relevant("epoch=1 loss=2"));
  format.format = ReportFormat::Format::name_value;
  BOOST_TEST(relevant("\x1b[1mepoch=1 lo\x1b[0mss=2"));
  BOOST_TEST(!relevant("the loss is 2"));
  use_patterns({"Epoch (?<epoch>.)", "loss (?<loss>.)"});
  BOOST_TEST(relevant("Epoch 1"));
  BOOST_TEST(relevant("loss 1"));
  BOOST_TEST(!relevant("batch 1"));
  BOOST_TEST(!relevant("loss 1" + std::string(70'000, 'x')));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
