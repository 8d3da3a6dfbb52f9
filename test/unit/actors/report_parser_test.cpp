#include "actors/trial/report_parser.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "actors/trial/report_text.hpp"

namespace troupe::actors {
namespace {

namespace report_parser {

using runtime::Stream;
using schedulers::Config;
using schedulers::Value;

struct Fixture {
  ReportFormat format;
  schedulers::Resource from = 0;

  Fixture() {
    format.metric = "loss";
    format.resource_attr = "epoch";
  }

  std::vector<ReportLine> read(const std::string& text, Stream stream = Stream::out) const {
    ReportParser parser(format, from);
    auto found = parser.feed(stream, text);
    for (auto& line : parser.finish()) found.push_back(std::move(line));
    return found;
  }
  Report report(const std::string& text, Stream stream = Stream::out) const {
    const auto found = read(text, stream);
    BOOST_TEST_REQUIRE(found.size() == 1u);
    if (const auto* malformed = std::get_if<Malformed>(&found.front()))
      BOOST_FAIL(malformed->why << ": " << malformed->line);
    return std::get<Report>(found.front());
  }
  std::string complaint(const std::string& text) const {
    const auto found = read(text);
    BOOST_TEST_REQUIRE(found.size() == 1u);
    const auto* malformed = std::get_if<Malformed>(&found.front());
    return malformed == nullptr ? "none" : malformed->why;
  }
  /// The resource of each report; 0 for a warning.
  std::vector<schedulers::Resource> resources(const std::string& text) const {
    std::vector<schedulers::Resource> all;
    for (const ReportLine& line : read(text)) {
      const auto* const one = std::get_if<Report>(&line);
      all.push_back(one == nullptr ? 0 : one->resource);
    }
    return all;
  }
  void use_pairs() { format.format = ReportFormat::Format::name_value; }
  void use_pattern(const std::string& pattern) {
    format.format = ReportFormat::Format::regex;
    format.pattern = pattern;
  }
};

}  // namespace report_parser

BOOST_FIXTURE_TEST_SUITE(report_parser, report_parser::Fixture)

BOOST_AUTO_TEST_CASE(reads_a_line_of_syne_tune_with_every_key) {
  const auto got = report(
      "[tune-metric]: {\"epoch\": 3, \"loss\": 0.25, \"st_worker_iter\": 2, \"note\": \"a}b\", "
      "\"ok\": true, \"skip\": null, \"list\": [1, 2]}\n");
  BOOST_TEST(got.resource == 3);
  BOOST_TEST(got.metric == 0.25);
  const Config expected{
      {"epoch", std::int64_t{3}},   {"loss", 0.25}, {"st_worker_iter", std::int64_t{2}},
      {"note", std::string("a}b")}, {"ok", true},   {"list", std::string("[1,2]")}};
  BOOST_TEST((got.values == expected));
}

BOOST_AUTO_TEST_CASE(finds_the_tag_anywhere_and_reads_to_the_end_of_the_object) {
  BOOST_TEST(report("INFO:root:[tune-metric]: {\"epoch\": 1, \"loss\": 2} trailing\n").metric == 2);
  BOOST_TEST(report("[tune-metric]: {\"epoch\": 1, \"loss\": 2} and {more}\n").metric == 2);
}

BOOST_AUTO_TEST_CASE(takes_numbers_as_python_prints_them) {
  BOOST_TEST(std::isnan(report("[tune-metric]: {\"epoch\": 1, \"loss\": NaN}").metric));
  BOOST_TEST(std::isinf(report("[tune-metric]: {\"epoch\": 1, \"loss\": Infinity}").metric));
  BOOST_TEST(report("[tune-metric]: {\"epoch\": 1, \"loss\": -Infinity}").metric < 0);
  BOOST_TEST(report("[tune-metric]: {\"epoch\": 2.0, \"loss\": 1e-07}").metric == 1e-07);
  const auto text =
      report(R"([tune-metric]: {"epoch": 1, "loss": 1, "note": "NaN \"Infinity\" is not NaN"})");
  BOOST_TEST((text.values.back().value == Value(std::string("NaN \"Infinity\" is not NaN"))));
}

BOOST_AUTO_TEST_CASE(says_why_a_line_is_malformed) {
  BOOST_TEST(complaint("[tune-metric]: epoch 1") == "the tag is not followed by ' {...}'");
  BOOST_TEST(complaint("[tune-metric]: {\"epoch\": 1") == "the tag is not followed by ' {...}'");
  BOOST_TEST(complaint("[tune-metric]: {\"epoch\": 1}") == "it has no 'loss', the metric");
  BOOST_TEST(complaint("[tune-metric]: {\"loss\": 1}") == "it has no 'epoch', the resource");
  BOOST_TEST(complaint("[tune-metric]: {\"epoch\": 1, \"loss\": \"0.5\"}") ==
             "'loss', the metric, is no number: found the text \"0.5\"; print the number without "
             "quotes");
  BOOST_TEST(complaint("[tune-metric]: {\"epoch\": \"1\", \"loss\": 2}") ==
             "'epoch', the resource, is no whole number: found the text \"1\"; print the number "
             "without quotes");
  BOOST_TEST(complaint("[tune-metric]: {\"epoch\": 1, \"loss\": \"low\"}") ==
             "'loss', the metric, is no number: found 'low'");
  BOOST_TEST(complaint("[tune-metric]: {\"epoch\": 1.5, \"loss\": 1}") ==
             "'epoch', the resource, is no whole number: found 1.5; report.resource_scale is for "
             "fractions");
  BOOST_TEST(complaint("[tune-metric]: {\"epoch\": NaN, \"loss\": 1}") ==
             "'epoch', the resource, is no whole number");
  BOOST_TEST(
      complaint("[tune-metric]: {\"epoch\": 0, \"loss\": 1}") ==
      "'epoch' is 0: the first is 1; report.resource_offset is for programs that count from 0");
  BOOST_TEST(complaint("[tune-metric]: {\"a\": " + std::string(50, '[') + std::string(50, ']') +
                       "}") == "it is nested too deeply");
  BOOST_TEST(complaint("[tune-metric]: {\"x\": \"" + std::string(50'000, 'x') + "\"}") ==
             "its JSON is longer than 50000 bytes");
  BOOST_TEST(complaint("[tune-metric]: {\"x\": \"" + std::string(1'000'000, 'x') + "\"}") ==
             "the line is longer than 65536 bytes");
}

BOOST_AUTO_TEST_CASE(shows_the_beginning_of_a_long_malformed_line) {
  const auto found = read("[tune-metric]: {" + std::string(1000, 'x') + "}");
  BOOST_TEST(std::get<Malformed>(found.at(0)).line ==
             "[tune-metric]: {" + std::string(184, 'x') + "...");
}

BOOST_AUTO_TEST_CASE(ignores_every_other_line_and_the_other_stream) {
  BOOST_TEST(read("epoch=1 loss=2\n\n{\"epoch\": 1, \"loss\": 2}\ntune-metric\n").empty());
  BOOST_TEST(read("[tune-metric]: {\"epoch\": 1, \"loss\": 2}\n", Stream::err).empty());
  format.stream = ReportFormat::Stream::stderr_stream;
  BOOST_TEST(report("[tune-metric]: {\"epoch\": 1, \"loss\": 2}\n", Stream::err).resource == 1);
}

BOOST_AUTO_TEST_CASE(joins_lines_that_come_in_pieces) {
  const std::string text =
      "noise\n[tune-metric]: {\"epoch\": 1, \"loss\": 2}\r\n[tune-metric]: {\"epoch\": 2, "
      "\"loss\": 1}";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    ReportParser parser(format, 0);
    auto found = parser.feed(Stream::out, text.substr(0, cut));
    for (auto& line : parser.feed(Stream::out, text.substr(cut))) found.push_back(line);
    BOOST_TEST(found.size() == 1u);
    for (auto& line : parser.finish()) found.push_back(line);
    BOOST_TEST_REQUIRE(found.size() == 2u);
    BOOST_TEST(std::get<Report>(found[0]).resource == 1);
    BOOST_TEST(std::get<Report>(found[1]).resource == 2);
  }
}

BOOST_AUTO_TEST_CASE(a_progress_bar_that_redraws_itself_does_not_hide_a_report) {
  std::string bar;
  for (int i = 0; i < 10'000; ++i) bar += "\r[====>    ] " + std::to_string(i);
  BOOST_TEST(report(bar + "\r[tune-metric]: {\"epoch\": 1, \"loss\": 2}\n").resource == 1);
}

BOOST_AUTO_TEST_CASE(an_endless_line_takes_bounded_memory) {
  LineSplitter lines;
  std::size_t seen = 0;
  std::size_t longest = 0;
  const auto note = [&](std::string_view line, LineSplitter::Whole) {
    ++seen;
    longest = std::max(longest, line.size());
  };
  const std::string chunk(64 << 10, 'x');
  for (int i = 0; i < 1600; ++i) lines.feed(chunk, note);
  lines.feed("\nshort\n", note);
  BOOST_TEST(seen == 2u);
  BOOST_TEST(longest == LineSplitter::line_max);
}

BOOST_AUTO_TEST_CASE(reads_pairs_of_name_and_value) {
  use_pairs();
  const auto got = report("2026-01-01 step: epoch=4, loss = 3.5e-2; val-acc=+0.9 tag=last\n");
  BOOST_TEST(got.resource == 4);
  BOOST_TEST(got.metric == 0.035);
  const Config expected{
      {"epoch", std::int64_t{4}}, {"loss", 0.035}, {"val-acc", 0.9}, {"tag", std::string("last")}};
  BOOST_TEST((got.values == expected));
  BOOST_TEST(std::isnan(report("epoch=1 loss=nan").metric));
  BOOST_TEST(std::isinf(report("epoch=1 loss=-inf").metric));
  BOOST_TEST(report("epoch=1 loss=1e-400").metric == 0);
  BOOST_TEST(complaint("epoch=1 loss=bad") == "'loss', the metric, is no number: found 'bad'");
}

BOOST_AUTO_TEST_CASE(warns_once_of_a_metric_without_a_resource) {
  use_pairs();
  BOOST_TEST(complaint("loss=1\nloss=2\nloss=3\n") ==
             "it has no 'epoch', the resource; report.patterns reads it from an earlier line, and "
             "report.resource: count counts reports");
  BOOST_TEST(read("epoch=1 loss=1\nloss=2\nloss=3\nepoch=5\n").size() == 1u);
}

BOOST_AUTO_TEST_CASE(reads_the_groups_of_a_pattern) {
  use_pattern(R"(\[(?<epoch>\d+)\]\s+valid-auc:(?<loss>\S+))");
  const auto got = report("[12:00:00] [12]\tvalid-auc:0.73263849472130771\n");
  BOOST_TEST(got.resource == 12);
  BOOST_TEST(got.metric == 0.73263849472130771);
  BOOST_TEST(read("[x] valid-auc:1\n").empty());
  BOOST_TEST(complaint("[1] valid-auc:high\n") == "'loss', the metric, is no number: found 'high'");
  use_pattern(R"((?P<epoch>\d+) (?P<loss>\S+)(?: (?P<extra>\S+))?)");
  BOOST_TEST(report("3 0.5").values.size() == 2u);
  BOOST_TEST(report("3 0.5 7").values.size() == 3u);
}

BOOST_AUTO_TEST_CASE(counts_from_zero_and_after_a_resumption_as_told) {
  const std::string line = "[tune-metric]: {\"epoch\": 0, \"loss\": 2}";
  from = 9;
  format.resource_offset = 1;
  BOOST_TEST(report(line).resource == 1);
  format.after_resume = ReportFormat::AfterResume::restarts;
  BOOST_TEST(report(line).resource == 10);
  BOOST_TEST((find_value(report(line).values, "epoch")[0] == Value(std::int64_t{0})));
}

BOOST_AUTO_TEST_CASE(a_decimal_comma_and_thousands_separators_are_no_numbers) {
  use_pairs();
  const std::string advice =
      "; write numbers with a decimal point and without thousands separators";
  BOOST_TEST(complaint("epoch=1 loss=0,510000") ==
             "'loss', the metric, is no number: found '0,510000'" + advice);
  BOOST_TEST(complaint("epoch=1, loss=1,000,000") ==
             "'loss', the metric, is no number: found '1,000,000'" + advice);
  BOOST_TEST(complaint("epoch=1,000 loss=0.5") ==
             "'epoch', the resource, is no whole number: found '1,000'" + advice);
  for (const char* value :
       {"-0,5", ",5", "1.000,5", "1'000", "1/2", "1:30", "1\u202f000", "0\u066b5", "50%", "0.5s",
        "1.2.3", "1_000", "1e5,3", "--5", "0x1f", "5\u2030"})
    BOOST_TEST(complaint(std::string("epoch=1 loss=") + value)
                   .starts_with("'loss', the metric, is no number: found"),
               value);
  format.format = ReportFormat::Format::syne_tune;
  BOOST_TEST(complaint("[tune-metric]: {\"epoch\": 1, \"loss\": 0,51}") ==
             "it is no JSON at byte 25 of the object" + advice);
  BOOST_TEST(complaint("[tune-metric]: {\"epoch\": 1, \"loss\": \"0,51\"}") ==
             "'loss', the metric, is no number: found '0,51'" + advice);
}

BOOST_AUTO_TEST_CASE(a_pattern_that_reads_a_part_of_a_number_is_not_believed) {
  use_pattern(R"(epoch (?<epoch>\d+) loss (?<loss>[\d.]+))");
  BOOST_TEST(report("epoch 1 loss 0.51").metric == 0.51);
  BOOST_TEST(report("epoch 1 loss 0.51, acc 1").metric == 0.51);
  BOOST_TEST(complaint("epoch 1 loss 0,51") == "group 'loss' of the pattern matches '0' of '0,51'");
  BOOST_TEST(complaint("epoch 1 loss 5e-05") ==
             "group 'loss' of the pattern matches '5' of '5e-05'");
  use_pattern(R"(epoch (?<epoch>\d+).* loss (?<loss>\d+))");
  BOOST_TEST(complaint("epoch 1 loss 0.51") == "group 'loss' of the pattern matches '0' of '0.51'");
  BOOST_TEST(complaint("epoch 1,000 loss 5") ==
             "group 'epoch' of the pattern matches '1' of '1,000'");
  BOOST_TEST(report("epoch 1.120 loss 5").resource == 1);
}

BOOST_AUTO_TEST_CASE(a_refused_metric_does_not_change_the_resource_of_the_next_one) {
  format.format = ReportFormat::Format::regex;
  format.patterns = {R"(Epoch (?<epoch>[\d]+))", R"(loss (?<loss>[\d.]+))"};
  using Resources = std::vector<schedulers::Resource>;
  BOOST_TEST(
      (resources("Epoch 1\nloss 0.5\nEpoch 2 loss 5e-05\nloss 0.3\n") == Resources{1, 0, 2}));
  BOOST_TEST((resources("Epoch 1\nEpoch 2\nloss 5e-05\nloss 0.3\n") == Resources{0, 2}));
  // What the resource is behind a refused one is unknown: the second warning is about the metric.
  BOOST_TEST((resources("Epoch 1\nloss 0.5\nEpoch 1,000\nloss 0.3\n") == Resources{1, 0, 0}));
}

BOOST_AUTO_TEST_CASE(a_refused_metric_is_counted) {
  format.format = ReportFormat::Format::regex;
  format.resource = ReportFormat::ResourceSource::count;
  using Resources = std::vector<schedulers::Resource>;
  const std::string text = "loss 0.5\nloss 5e-05\nother 1\nloss 0.4\nloss 0.3\n";
  format.pattern = R"(loss (?<loss>[\d.]+))";
  BOOST_TEST((resources(text) == Resources{1, 0, 3, 4}));
  format.patterns = {R"(other (?<other>\d+))", std::exchange(format.pattern, "")};
  BOOST_TEST((resources(text) == Resources{1, 0, 3, 4}));
}

BOOST_AUTO_TEST_CASE(a_number_that_is_cut_at_its_front_or_at_a_digit_is_not_believed) {
  struct Case {
    const char* pattern;
    const char* line;
    const char* found;  ///< The metric or resource, or the number of which a part was matched.
  };
  const auto parse = [&](const Case& one, const std::string& other, const std::string& pair) {
    use_pattern(one.pattern + other);
    const auto found = read(one.line + pair);
    BOOST_TEST_REQUIRE(found.size() == 1u, one.pattern << " on " << one.line);
    return found.front();
  };
  const auto message = [](const ReportLine& line) {
    const auto* const malformed = std::get_if<Malformed>(&line);
    return malformed == nullptr ? std::string("none") : malformed->why;
  };
  for (const Case& one :
       {Case{R"(l (?<loss>\d+\.\d+))", "l 1.234.567", "1.234.567"},
        Case{R"(l\D+(?<loss>[\d.]+))", "l: -0.9", "-0.9"},
        Case{R"(l\W+(?<loss>[-+.\w]+))", "l: -0.5", "-0.5"},
        Case{R"(l\W+(?<loss>[-+.\w]+))", "l=-5", "-5"},
        Case{R"(l\W+(?<loss>[-+.\w]+))",
             "l=\xe2\x88\x92"
             "5",
             "\xe2\x88\x92"
             "5"},
        Case{R"(l\W+(?<loss>\w+))", "l: .5", ".5"}, Case{R"(l\W+(?<loss>\w+))", "l: -.5", ".5"},
        Case{R"(l.*(?<loss>\d+))", "l 12", "12"}, Case{R"(l.*(?<loss>\d+))", "l 0.05", "0.05"},
        Case{R"(l.*\W(?<loss>\d+))", "l 5e-05", "5e-05"}, Case{R"(l (?<loss>\d))", "l 12", "12"},
        Case{R"(l (?<loss>\d\.))", "l 1.5", "1.5"}, Case{R"(l (?<loss>\d\.\d))", "l 1.55", "1.55"}})
    BOOST_TEST(message(parse(one, ".* (?<epoch>\\d+)$", " 1"))
                   .ends_with(std::string(" of '") + one.found + "'"),
               one.pattern << " on " << one.line);
  for (const Case& one :
       {Case{R"(e (?<epoch>\d))", "e 12", "12"}, Case{R"(e.*(?<epoch>\d+))", "e 12", "12"},
        Case{R"(e\W+(?<epoch>\d+))", "e: -1", "-1"}})
    BOOST_TEST(message(parse(one, ".* (?<loss>\\d+)$", " 1"))
                   .ends_with(std::string(" of '") + one.found + "'"),
               one.pattern << " on " << one.line);
  // Not signs, not cut, or meant.
  for (const Case& one :
       {Case{R"(l-(?<loss>\d+))", "l-3", "3"}, Case{R"(l\W+(?<loss>\d+))", "l--3", "3"},
        Case{R"(l \d+-(?<loss>\d+))", "l 2024-01", "1"}, Case{R"(l\W+(?<loss>\d+))", "[l]-3", "3"},
        Case{R"(l\W+(?<loss>[\d.]+))", "l....0.5", "0.5"}, Case{R"(l0*(?<loss>\d+))", "l007", "7"},
        Case{R"(l: -(?<loss>[\d.]+))", "l: -0.5", "0.5"},
        Case{R"(l (?<sign>-)(?<loss>[\d.]+))", "l -0.5", "0.5"},
        Case{R"((?<fold>\d)\.(?<loss>\d+))", "1.3", "3"},
        Case{R"((?<fold>\d)(?<loss>\d\d))", "123", "23"},
        Case{R"(l (?<loss>\S+))", "l -0.5", "-0.5"},
        Case{R"(l\W+?(?<loss>[-+.\w]+))", "l: -1", "-1"},
        Case{R"(l (?<loss>[\d.]+\d))", "l 0.5.", "0.5"}}) {
    const auto line = parse(one, "\\S* (?<epoch>\\d+)", " 1");
    BOOST_TEST(message(line) == "none", one.pattern << " on " << one.line);
    if (const auto* got = std::get_if<Report>(&line))
      BOOST_TEST(got->metric == std::stod(one.found), one.pattern << " on " << one.line);
  }
}

BOOST_AUTO_TEST_CASE(columns_of_csv_are_numbers) {
  use_pattern(R"(^(?<epoch>\d+),(?<loss>[^,]+),)");
  BOOST_TEST(report("3,0.25,0.9").metric == 0.25);
  BOOST_TEST(report("3,5,n/a").metric == 5);
  // The comma behind 5 may be a decimal comma.
  const auto found = read("3,5,9\n4,6,8\n");
  BOOST_TEST_REQUIRE(found.size() == 3u);
  BOOST_TEST(std::get<Malformed>(found[0]).why ==
             "group 'loss' of the pattern matches '5' of '5,9', which is wrong if the comma is a "
             "decimal comma; the value counts");
  BOOST_TEST(std::get<Report>(found[1]).metric == 5);
  BOOST_TEST(std::get<Report>(found[2]).metric == 6);
}

BOOST_AUTO_TEST_CASE(values_end_at_separators) {
  use_pairs();
  for (const char* line :
       {"epoch=1|loss=0.1|",           "|epoch=1|loss=0.1|acc=2|", "epoch=1;loss=0.1;",
        "epoch=1,loss=0.1,",           "epoch=1/loss=0.1/",        "epoch=1&loss=0.1",
        "(epoch=1)(loss=0.1)",         "<epoch=1><loss=0.1>",      "'epoch=1', 'loss=0.1'",
        "\"epoch=1\", \"loss=0.1\"",   "epoch=1:loss=0.1",         "epoch=1\tloss=0.1",
        "epoch=1\u2502loss=0.1\u2502", "epoch=1\u00b7loss=0.1",    "epoch=1 loss=0.1.",
        "epoch=\"1\" loss=\"0.1\"",    "{epoch=1, loss=0.1}",      "[epoch=1][loss=0.1]",
        "epoch=1\u3001loss=0.1",       "epoch=1\aloss=0.1\b\b"})
    BOOST_TEST((report(line).resource == 1 && report(line).metric == 0.1), line);
  BOOST_TEST((values_from_pairs("p=/data/x:y e=1").values ==
              Config{{"p", std::string("/data/x:y")}, {"e", std::int64_t{1}}}));
  BOOST_TEST((values_from_pairs("msg=\"loss=5 at once\" loss=1").values ==
              Config{{"msg", std::string("loss=5 at once")}, {"loss", std::int64_t{1}}}));
}

BOOST_AUTO_TEST_CASE(the_first_value_of_a_repeated_key_counts_with_one_warning) {
  use_pairs();
  const auto found = read("epoch=1 loss=0.3 val: loss=0.5\nepoch=2 loss=0.2 val: loss=0.4\n");
  BOOST_TEST_REQUIRE(found.size() == 3u);
  const auto& warning = std::get<Malformed>(found[0]);
  BOOST_TEST(warning.why == "'loss' is in a line more than once; the first value counts");
  BOOST_TEST(warning.once == "repeated key");
  BOOST_TEST(std::get<Report>(found[1]).metric == 0.3);
  BOOST_TEST(std::get<Report>(found[2]).metric == 0.2);
  format.format = ReportFormat::Format::syne_tune;
  const auto json = read("[tune-metric]: {\"epoch\": 1, \"loss\": 0.3, \"loss\": {\"loss\": 1}}");
  BOOST_TEST_REQUIRE(json.size() == 2u);
  BOOST_TEST(std::get<Report>(json[1]).metric == 0.3);
  BOOST_TEST(std::get<Report>(json[1]).values.size() == 2u);
}

BOOST_AUTO_TEST_CASE(reads_numbers_that_are_not_finite_in_any_spelling) {
  for (const char* nan : {"nan", "-nan", "NaN", "NAN", "+nan", "-NaN", "nan(ind)", "-nan(snan)"})
    BOOST_TEST(
        std::isnan(
            report(std::string("[tune-metric]: {\"epoch\": 1, \"loss\": ") + nan + "}").metric),
        nan);
  for (const char* inf : {"inf", "Inf", "INF", "Infinity", "+Infinity", "infinity", "+inf"})
    BOOST_TEST(report(std::string("[tune-metric]: {\"loss\":") + inf + ",\"epoch\":1}").metric ==
                   std::numeric_limits<double>::infinity(),
               inf);
  BOOST_TEST(report("[tune-metric]: {\"epoch\": 1, \"loss\": -inf}").metric < 0);
  const auto got = report(
      "[tune-metric]: {\"epoch\": 1, \"loss\": 1, \"inf\": [-inf, nan, \"nan\"], \"a\": \"-nan, "
      "inf\"}");
  const Config expected{{"epoch", std::int64_t{1}},
                        {"loss", std::int64_t{1}},
                        {"inf", std::string("[-Infinity,NaN,\"nan\"]")},
                        {"a", std::string("-nan, inf")}};
  BOOST_TEST((got.values == expected));
  for (const char* text : {"nano", "info", "infinit", "1nan", "nan1", "n"})
    BOOST_TEST(complaint(std::string("[tune-metric]: {\"epoch\": 1, \"loss\": ") + text + "}")
                   .starts_with("it is no JSON"),
               text);
}

BOOST_AUTO_TEST_CASE(a_metric_that_is_not_finite_is_read_in_every_format) {
  const double infinity = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::pair<std::string, double>> words{
      {"nan", nan},     {"NaN", nan},      {"-nan(ind)", nan},      {"nan(ind)", nan},
      {"1.#QNAN", nan}, {"-1.#IND", nan},  {"1.#INF", infinity},    {"-1.#INF00", -infinity},
      {"null", nan},    {"inf", infinity}, {"-Infinity", -infinity}};
  const auto expect = [&](const std::string& line, double expected) {
    const Report whole = report(line);
    const double got = whole.metric;
    BOOST_TEST((got == expected || (std::isnan(got) && std::isnan(expected))), line);
    const auto* const value = find_value(whole.values, "loss");
    BOOST_TEST(std::holds_alternative<double>(*value), line);
  };
  for (const auto& [word, value] : words) {
    format.format = ReportFormat::Format::syne_tune;
    expect("[tune-metric]: {\"epoch\": 1, \"loss\": " + word + "}", value);
    expect("[tune-metric]: {\"epoch\": 1, \"loss\": \"" + word + "\", \"a\": null}", value);
    use_pairs();
    expect("epoch=1 loss=" + word + ", acc=1", value);
    expect("epoch=1 loss=\"" + word + "\"", value);
    use_pattern(R"(epoch (?<epoch>\d+), loss (?<loss>[-+.\w]+))");
    expect("epoch 1, loss " + word + ", acc 1", value);
    use_pattern(R"(epoch (?<epoch>\d+), loss (?<loss>\S+))");
    expect("epoch 1, loss " + word, value);
  }
  // Other keys keep their texts.
  format.format = ReportFormat::Format::syne_tune;
  BOOST_TEST((report("[tune-metric]: {\"epoch\": 1, \"loss\": 1, \"a\": \"NaN\", \"b\": null}")
                  .values.back()
                  .value == Value(std::string("NaN"))));
  use_pairs();
  for (const char* word : {"none", "nullable", "info", "1.#", "nan(ind", "nan%"})
    BOOST_TEST(complaint(std::string("epoch=1 loss=") + word)
                   .starts_with("'loss', the metric, is no number: found"),
               word);
}

BOOST_AUTO_TEST_CASE(texts_that_are_no_unicode_do_not_hide_a_report) {
  const auto text = [&](const std::string& json) {
    const auto got =
        report("[tune-metric]: {\"epoch\": 2, \"loss\": 0.8, \"s\": \"" + json + "\"}");
    return std::get<std::string>(got.values.back().value);
  };
  const std::string replaced = "\xef\xbf\xbd";
  BOOST_TEST(text("\\ud83d") == replaced);
  BOOST_TEST(text("\\ude00 \\ud83d\\ud83d\\ude00\\n") ==
             replaced + " " + replaced + "\xf0\x9f\x98\x80\n");
  BOOST_TEST(text("\\\\ud83d \\u00e4") == "\\ud83d \xc3\xa4");
  BOOST_TEST(text("a\xff\xc3\xa4") == "a" + replaced + "\xc3\xa4");
}

BOOST_AUTO_TEST_CASE(two_tagged_objects_on_a_line_are_two_reports) {
  const std::string one =
      "[tune-metric]: {\"epoch\": 1, \"loss\": 0.5, \"note\": \"a } [tune-metric]: {\"}";
  const std::string two = "[tune-metric]: {\"epoch\": 2, \"loss\": 0.25}";
  for (const char* between : {"", " ", " | ", "INFO: "}) {
    const auto found = read(one + between + two + "\n");
    BOOST_TEST_REQUIRE(found.size() == 2u);
    BOOST_TEST(std::get<Report>(found[0]).metric == 0.5);
    BOOST_TEST(std::get<Report>(found[1]).metric == 0.25);
  }
  // A line of one program that another one interrupted.
  const auto torn = read("[tune-metric]: {\"epoch\": 1, \"lo" + two + "\n");
  BOOST_TEST_REQUIRE(torn.size() == 2u);
  BOOST_TEST(std::get<Malformed>(torn[0]).why == "the tag is not followed by ' {...}'");
  BOOST_TEST(std::get<Report>(torn[1]).resource == 2);
  const auto untagged = read(two + "{\"epoch\": 3, \"loss\": 0.1}\n");
  BOOST_TEST_REQUIRE(untagged.size() == 2u);
  BOOST_TEST(std::get<Malformed>(untagged[1]).why == "a second object has no tag of its own");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
