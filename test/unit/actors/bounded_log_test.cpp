#include "actors/trial/bounded_log.hpp"

#include <filesystem>
#include <string>

#include <boost/test/unit_test.hpp>

#include "actors/trial/report_parser.hpp"
#include "test/kit/temp_folder.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(bounded_log)

bool is_report(std::string_view line) {
  return line.starts_with("epoch");
}

const std::string gap = std::string(log_gap) + "\n";

BOOST_AUTO_TEST_CASE(head_tail_and_kept_lines_stay) {
  const std::string log = "a1\na2\nb1\nepoch 1\nb2\rb3\nepoch 2\r\nc1\nc2\n";
  BOOST_TEST(shortened_log(log, 7, is_report) == "a1\na2\n" + gap + "epoch 1\nepoch 2\nc1\nc2\n");
  BOOST_TEST(shortened_log(log, 7, {}) == "a1\na2\n" + gap + "c1\nc2\n");
  BOOST_TEST(shortened_log(log, 1000, is_report) == log);
}

BOOST_AUTO_TEST_CASE(a_log_that_is_shortened_again_has_one_gap) {
  const std::string once = "a1\na2\n" + gap + "epoch 1\nepoch 2\nc1\nc2\nepoch 3\nd1\nd2\n";
  BOOST_TEST(shortened_log(once, 7, is_report) ==
             "a1\na2\n" + gap + "epoch 1\nepoch 2\nepoch 3\nd1\nd2\n");
}

BOOST_AUTO_TEST_CASE(an_endless_line_is_shortened_too) {
  const std::string text = shortened_log(std::string(100, 'x'), 10, is_report);
  BOOST_TEST(text == std::string(10, 'x') + "\n" + gap + std::string(10, 'x'));
}

BOOST_AUTO_TEST_CASE(a_file_stays_below_its_limit_and_keeps_every_report) {
  constexpr std::uint64_t limit = 64 << 10;
  const test::TempFolder folder;
  const std::string path = folder.file("stdout.log");
  BoundedLog log(folder.path().string(), path, limit, is_report);
  std::string reports;
  for (int i = 0; i < 20'000; ++i) {
    const bool report = i % 1000 == 0;
    const std::string line = (report ? "epoch " : "some noise ") + std::to_string(i) + "\n";
    if (report) reports += line;
    log.append(line).value();
    BOOST_REQUIRE(std::filesystem::file_size(path) < limit + 100);
  }
  const std::string text = test::read_file(path);
  BOOST_TEST(text.starts_with("epoch 0\nsome noise 1\n"));
  BOOST_TEST(text.ends_with("some noise 19998\nsome noise 19999\n"));
  BOOST_TEST(text.find(gap) == text.rfind(gap));
  std::string found;
  for (std::size_t at = text.find("epoch "); at != text.npos; at = text.find("epoch ", at + 1))
    found += text.substr(at, text.find('\n', at) + 1 - at);
  BOOST_TEST(found == reports);
}

BOOST_AUTO_TEST_CASE(kept_lines_may_exceed_the_limit) {
  const test::TempFolder folder;
  const std::string path = folder.file("stdout.log");
  BoundedLog log(folder.path().string(), path, 1000, is_report);
  std::string all;
  for (int i = 0; i < 1000; ++i) all += "epoch " + std::to_string(i) + "\n";
  for (std::size_t at = 0; at < all.size(); at += 7) log.append(all.substr(at, 7)).value();
  std::string text = test::read_file(path);
  text.erase(text.find(gap), gap.size());
  BOOST_TEST(text == all);
}

BOOST_AUTO_TEST_CASE(without_a_limit_everything_stays) {
  const test::TempFolder folder;
  BoundedLog log(folder.path().string(), folder.file("log"), 0, {});
  for (int i = 0; i < 100; ++i) log.append(std::string(10'000, 'x')).value();
  BOOST_TEST(std::filesystem::file_size(folder.file("log")) == 1'000'000u);
}

BOOST_AUTO_TEST_CASE(the_gap_is_no_report) {
  ReportFormat format;
  format.metric = "loss";
  format.resource_attr = "epoch";
  format.format = ReportFormat::Format::regex;
  format.resource = ReportFormat::ResourceSource::count;
  format.pattern = "(?<loss>.*)";
  ReportParser parser(format, 0);
  BOOST_TEST(parser.feed(runtime::Stream::out, gap).empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
