#include "actors/trial/report_pacing.hpp"

#include <chrono>

#include <boost/test/unit_test.hpp>

namespace troupe::actors {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(report_pacing)

ReportPacing started() {
  ReportPacing pacing;
  pacing.start(Instant{});
  return pacing;
}

BOOST_AUTO_TEST_CASE(reports_in_one_piece_at_the_end_are_buffered) {
  ReportPacing pacing = started();
  pacing.on_output(Instant{} + 2690ms, 9);
  BOOST_TEST(pacing.buffering(Instant{} + 2700ms).value() ==
             "all 9 reports came at once, at the end of a run of 2.7 s");
}

BOOST_AUTO_TEST_CASE(reports_in_pieces_of_a_buffer_are_buffered) {
  ReportPacing pacing = started();
  for (int i = 1; i <= 3; ++i) pacing.on_output(Instant{} + i * 4s, 40);
  pacing.on_output(Instant{} + 13s, 1);
  BOOST_TEST(pacing.buffering(Instant{} + 13s).value() ==
             "its 121 reports came in 4 pieces, each after a silence of 1.0 s or more");
}

BOOST_AUTO_TEST_CASE(a_program_that_flushes_is_not_accused) {
  const auto end = Instant{} + 10s;
  ReportPacing one_by_one = started();
  for (int i = 1; i <= 9; ++i) one_by_one.on_output(Instant{} + i * 1s, 1);
  BOOST_TEST(!one_by_one.buffering(end).has_value());
  ReportPacing one_report = started();
  one_report.on_output(end, 1);
  BOOST_TEST(!one_report.buffering(end).has_value());
  ReportPacing silent = started();
  silent.on_output(end, 0);
  BOOST_TEST(!silent.buffering(end).has_value());
  // A long start, then many reports a second.
  ReportPacing fast = started();
  for (int i = 0; i < 100; ++i) fast.on_output(Instant{} + 9s + i * 5ms, 20);
  BOOST_TEST(!fast.buffering(end).has_value());
  ReportPacing shorter = started();
  shorter.on_output(Instant{} + 900ms, 9);
  BOOST_TEST(!shorter.buffering(Instant{} + 1s).has_value());
  // It still saves a checkpoint of its last epochs.
  ReportPacing early = started();
  early.on_output(Instant{} + 1s, 2);
  BOOST_TEST(!early.buffering(end).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
