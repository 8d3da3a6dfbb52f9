// Nodes that are out of reach, and nodes that rejoin a restarted head.

#include <chrono>

#include <boost/test/unit_test.hpp>

#include "actors/study/study.hpp"
#include "test/unit/studies/study_fixture.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(study_return)

using namespace std::chrono_literals;
using namespace test_study;

/// Default lease (5 s), default kill grace (10 s), and the margin for clocks.
constexpr Duration patience = 15s + 200ms;

BOOST_AUTO_TEST_CASE(a_lost_nodes_trials_start_elsewhere_after_its_lease_and_grace) {
  const test::TempFolder folder;
  Head head(folder.path());
  auto agent = head.world.probe<Launch, EndTrial>();
  auto other = head.world.probe<Launch, EndTrial>();
  head.join(agent, "n1");
  (void)agent.expect<Launch>();
  (void)agent.expect<Launch>();
  head.join(other, "n2");
  head.lose(agent);
  head.world.advance(patience - 1ms);
  BOOST_TEST(other.is_silent());
  head.world.advance(1ms);
  BOOST_TEST(other.expect<Launch>().attempt == 2u);
  BOOST_TEST(other.expect<Launch>().attempt == 2u);
  BOOST_TEST(differences(head) == 0u);
}

BOOST_AUTO_TEST_CASE(a_node_with_a_longer_lease_is_waited_for_longer) {
  const test::TempFolder folder;
  Head head(folder.path());
  auto agent = head.world.probe<Launch, EndTrial>();
  auto other = head.world.probe<Launch, EndTrial>();
  (void)head.world.ask(head.study, JoinStudy{"n1", {.cpus = 2}, agent.ref(), 20, false, {}});
  (void)agent.expect<Launch>();
  (void)agent.expect<Launch>();
  head.join(other, "n2");
  head.lose(agent);
  head.world.advance(patience + 14s);
  BOOST_TEST(other.is_silent());
  head.world.advance(1s);
  BOOST_TEST(other.expect<Launch>().attempt == 2u);
}

BOOST_AUTO_TEST_CASE(the_name_of_a_node_out_of_reach_is_taken_until_its_programs_are_gone) {
  const test::TempFolder folder;
  Head head(folder.path());
  auto agent = head.world.probe<Launch, EndTrial>();
  auto again = head.world.probe<Launch, EndTrial>();
  head.join(agent, "n1");
  head.lose(agent);
  const auto refused = head.world.ask(head.study, JoinStudy{"n1", {.cpus = 2}, again.ref()});
  BOOST_TEST(refused->refusal ==
             "a node named 'n1' is out of reach, and its programs may run for 16 s; join then, or "
             "choose another --name");
  BOOST_TEST(refused->again_in_s > 15);
  head.world.advance(patience);
  head.join(again, "n1");
  BOOST_TEST(again.expect<Launch>().attempt == 2u);
}

BOOST_AUTO_TEST_CASE(messages_of_a_given_up_attempt_are_refused_and_reported_once) {
  const test::TempFolder folder;
  Head head(folder.path());
  auto agent = head.joined("n1");
  const Launch first = agent.expect<Launch>();
  head.lose(agent);
  head.world.advance(patience + 1s);
  const std::size_t rows = head.rows().size();
  head.report(first, 1);
  head.exit(first);
  head.world.advance(1s);
  BOOST_TEST(head.rows().size() == rows);
  BOOST_REQUIRE(head.refused.size() == 1u);
  BOOST_TEST(head.refused[0] ==
             "n1: what it says of attempt 1 of trial 0 is too late: the attempt was given up");
}

BOOST_AUTO_TEST_CASE(a_node_rejoins_a_restarted_head_with_its_trials) {
  const test::TempFolder folder;
  {
    Head head(folder.path());
    auto agent = head.joined("n1");
    const Launch first = agent.expect<Launch>();
    head.report(first, 1);
    head.world.tell(head.study, ReportMalformed{first.trial, 1, "??"});
    head.world.advance(1s);
  }
  Head head(folder.path());
  head.world.advance(10s);
  auto agent = head.world.probe<Launch, EndTrial>();
  const JoinReply enlisted = head.bring_back(agent, "n1", {{0, 1}, {1, 1}, {7, 1}});
  BOOST_TEST(enlisted.refusal == "");
  BOOST_REQUIRE(enlisted.acks.size() == 3u);
  BOOST_TEST(enlisted.acks[0].wanted);
  BOOST_TEST(enlisted.acks[0].reports == 1u);
  BOOST_TEST(enlisted.acks[0].warnings == 1u);
  BOOST_TEST(enlisted.acks[1].wanted);
  BOOST_TEST(enlisted.acks[1].reports == 0u);
  BOOST_TEST(!enlisted.acks[2].wanted);
  head.world.advance(1min);  // No trial is started again, not even when the lease is over.
  BOOST_TEST(agent.take<EndTrial>().has_value());  // The scheduler paused trial 0 after its report.
  BOOST_TEST(agent.is_silent());
  head.exit(Launch{0, 1, 0, 1, {}, {}});
  head.world.advance(1s);
  const Launch next = agent.expect<Launch>();
  BOOST_TEST(next.trial == 2u);
  BOOST_REQUIRE(next.durable_ends.size() == 1u);
  BOOST_TEST((next.durable_ends[0] == RetainedAttempt{0, 1}));
  BOOST_TEST(differences(head) == 0u);
}

BOOST_AUTO_TEST_CASE(an_awaited_node_that_does_not_rejoin_is_given_up) {
  const test::TempFolder folder;
  {
    Head head(folder.path());
    auto agent = head.joined("n1");
    (void)agent.expect<Launch>();
  }
  Head head(folder.path());
  auto other = head.joined("n2");
  BOOST_TEST(other.is_silent());  // The awaited attempts still count as running.
  head.world.advance(patience - 1ms);
  BOOST_TEST(other.is_silent());
  head.world.advance(1ms);
  BOOST_TEST(other.expect<Launch>().attempt == 2u);
  auto late = head.world.probe<Launch, EndTrial>();
  const JoinReply enlisted = head.bring_back(late, "n1", {{0, 1}, {1, 1}});
  BOOST_REQUIRE(enlisted.acks.size() == 2u);
  BOOST_TEST(!enlisted.acks[0].wanted);
  BOOST_TEST(differences(head) == 0u);
}

BOOST_AUTO_TEST_CASE(a_new_node_of_an_awaited_nodes_name_is_refused) {
  const test::TempFolder folder;
  {
    Head head(folder.path());
    auto agent = head.joined("n1");
    (void)agent.expect<Launch>();
  }
  Head head(folder.path());
  head.world.run();
  auto other = head.world.probe<Launch, EndTrial>();
  const auto refused = head.world.ask(head.study, JoinStudy{"n1", {.cpus = 2}, other.ref()});
  BOOST_TEST(refused->refusal.find("is out of reach") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_own_node_is_awaited_while_its_processes_exist) {
  const test::TempFolder folder;
  {
    Head head(folder.path());
    auto agent = head.joined("own-1");
    (void)agent.expect<Launch>();
  }
  Head head(folder.path(), pasha_of_four, {"own-1"});
  head.world.advance(10min);
  auto other = head.joined("own-2");
  BOOST_TEST(other.is_silent());
  head.world.tell(head.study, NodeProcessesGone{"own-1", "signal SIGKILL"});
  BOOST_TEST(other.expect<Launch>().attempt == 2u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
