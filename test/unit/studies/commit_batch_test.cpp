#include "actors/study/commit_batch.hpp"

#include <chrono>

#include <boost/test/unit_test.hpp>

#include "runtime/core/check.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(commit_batch)

using namespace std::chrono_literals;
using Step = CommitBatch::Step;
using Kind = CommitBatch::Step::Kind;

Instant at(Duration since_start) {
  return Instant{} + std::chrono::seconds(100) + since_start;
}

PendingRow report_row(std::uint64_t index) {
  return {
      {.index = index, .time_us = 0, .input = Reported{}, .decisions = {}, .events = {}}, {}, {}};
}

PendingRow launch_row(std::uint64_t index) {
  return {{.index = index, .time_us = 0, .input = SlotFreed{}, .decisions = {}, .events = {}},
          {LaunchAttempt{}},
          {}};
}

CommitBatch new_batch() {
  return CommitBatch({.wait_max = 10ms, .suggestion_wait_max = 1ms});
}

BOOST_AUTO_TEST_CASE(a_row_that_starts_a_trial_is_committed_behind_what_is_in_the_mailbox) {
  CommitBatch batch = new_batch();
  BOOST_TEST((batch.add(launch_row(0), false, at(0ms)) == Step{Kind::send_commit}));
  BOOST_TEST(
      (batch.add(launch_row(1), false, at(0ms)) == Step{Kind::none}));  // One Commit is enough.
  BOOST_TEST((batch.on_commit(false, at(0ms)) == Step{Kind::commit}));
  BOOST_TEST(batch.take().size() == 2u);
  BOOST_TEST(batch.empty());
  BOOST_TEST((batch.add(launch_row(2), false, at(0ms)) == Step{Kind::send_commit}));
}

BOOST_AUTO_TEST_CASE(the_last_row_of_a_study_is_committed_at_once) {
  CommitBatch batch = new_batch();
  BOOST_TEST((batch.add(report_row(0), true, at(0ms)) == Step{Kind::send_commit}));
}

BOOST_AUTO_TEST_CASE(without_a_wait_every_row_is_committed_at_once) {
  CommitBatch batch({.wait_max = 0ms});
  BOOST_TEST((batch.add(report_row(0), false, at(0ms)) == Step{Kind::send_commit}));
  BOOST_TEST((batch.on_commit(true, at(0ms)) == Step{Kind::commit}));  // Not even for a suggestion.
}

BOOST_AUTO_TEST_CASE(another_row_waits_for_its_timer) {
  CommitBatch batch = new_batch();
  BOOST_TEST((batch.add(report_row(0), false, at(0ms)) == Step{Kind::send_set_timer}));
  BOOST_TEST((batch.on_set_timer(at(2ms)) == Step{Kind::start_timer, 8ms}));
  BOOST_TEST((batch.add(report_row(1), false, at(3ms)) == Step{Kind::none}));
  BOOST_TEST((batch.on_timeout(at(10ms)) == Step{Kind::commit}));
  BOOST_TEST(batch.take().size() == 2u);
}

BOOST_AUTO_TEST_CASE(no_timer_is_started_when_a_commit_comes_first) {
  CommitBatch batch = new_batch();
  (void)batch.add(report_row(0), false, at(0ms));
  (void)batch.add(launch_row(1), false, at(0ms));
  BOOST_TEST((batch.on_set_timer(at(0ms)) == Step{Kind::none}));
  BOOST_TEST((batch.on_commit(false, at(0ms)) == Step{Kind::commit}));
}

BOOST_AUTO_TEST_CASE(a_timer_that_ends_too_early_for_its_rows_is_set_again) {
  CommitBatch batch = new_batch();
  (void)batch.add(report_row(0), false, at(0ms));
  (void)batch.on_set_timer(at(0ms));
  (void)batch.add(launch_row(1), false, at(4ms));
  (void)batch.on_commit(false, at(4ms));
  BOOST_TEST(batch.take().size() == 2u);
  BOOST_TEST((batch.add(report_row(2), false, at(5ms)) == Step{Kind::none}));  // The timer runs.
  BOOST_TEST((batch.on_timeout(at(10ms)) == Step{Kind::send_set_timer}));
  BOOST_TEST((batch.on_set_timer(at(10ms)) == Step{Kind::start_timer, 5ms}));
  BOOST_TEST((batch.on_timeout(at(15ms)) == Step{Kind::commit}));
}

BOOST_AUTO_TEST_CASE(a_timer_that_finds_no_row_or_was_replaced_does_nothing) {
  CommitBatch batch = new_batch();
  (void)batch.add(report_row(0), false, at(0ms));
  (void)batch.on_set_timer(at(0ms));
  BOOST_TEST((batch.on_timeout(at(9ms)) == Step{Kind::none}));
  (void)batch.take();
  BOOST_TEST((batch.on_timeout(at(10ms)) == Step{Kind::none}));
}

BOOST_AUTO_TEST_CASE(a_commit_waits_a_moment_for_a_suggestion_that_starts_one_more_trial) {
  CommitBatch batch = new_batch();
  (void)batch.add(launch_row(0), false, at(0ms));
  BOOST_TEST((batch.on_commit(true, at(0ms)) == Step{Kind::send_set_timer}));
  BOOST_TEST((batch.on_set_timer(at(0ms)) == Step{Kind::start_timer, 1ms}));
  // The suggestion comes and fills a slot: another Commit, and another suggestion is due.
  BOOST_TEST((batch.add(launch_row(1), false, at(500us)) == Step{Kind::send_commit}));
  BOOST_TEST((batch.on_commit(true, at(500us)) == Step{Kind::none}));
  BOOST_TEST((batch.on_timeout(at(1ms)) == Step{Kind::commit}));
  BOOST_TEST(batch.take().size() == 2u);
  // The next batch has a wait of its own.
  (void)batch.add(launch_row(2), false, at(2ms));
  BOOST_TEST((batch.on_commit(true, at(2ms)) == Step{Kind::send_set_timer}));
}

BOOST_AUTO_TEST_CASE(requests_wait_until_no_row_is_pending) {
  CommitBatch batch = new_batch();
  batch.wait_until_durable({.all = {.reports = 1, .warnings = 0}, .reply_to = {}});
  BOOST_TEST(batch.take_durable_requests().size() == 1u);
  BOOST_TEST(batch.take_durable_requests().empty());
  (void)batch.add(report_row(0), false, at(0ms));
  batch.wait_until_durable({.all = {.reports = 2, .warnings = 0}, .reply_to = {}});
  BOOST_TEST(batch.take_durable_requests().empty());
  (void)batch.take();
  const auto requests = batch.take_durable_requests();
  BOOST_REQUIRE(requests.size() == 1u);
  BOOST_TEST(requests[0].all.reports == 2u);
}

BOOST_AUTO_TEST_CASE(rows_come_in_order_and_without_a_gap) {
  CommitBatch batch = new_batch();
  (void)batch.add(report_row(3), false, at(0ms));
  BOOST_CHECK_THROW((void)batch.add(report_row(5), false, at(0ms)), CheckFailure);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
