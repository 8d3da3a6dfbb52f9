#include "actors/study/membership.hpp"

#include <chrono>
#include <limits>

#include <boost/test/unit_test.hpp>

#include "actors/study_file/study_spec.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(membership)

using namespace std::chrono_literals;
using Kind = Membership::Admission::Kind;
using Expiry = Membership::Expiry;

/// Lease, kill grace and the margin for clocks.
constexpr Duration time_to_stop = 15s + 200ms;

Instant at(Duration since_start) {
  return Instant{} + std::chrono::hours(1) + since_start;
}

AgentRef agent_on(std::uint64_t node, std::uint64_t actor = 1) {
  return AgentRef(runtime::Address{runtime::NodeId{node}, actor});
}

JoinStudy join_of(const std::string& name, AgentRef agent) {
  JoinStudy join;
  join.node = name;
  join.agent = agent;
  return join;
}

JoinStudy return_of(const std::string& name, AgentRef agent) {
  JoinStudy join = join_of(name, agent);
  join.returns = true;
  return join;
}

Membership new_members(std::vector<std::string> own_alive = {}) {
  return Membership(
      {.own_prefix = "own-", .own_alive = std::move(own_alive), .lease_s = 5, .grace_kill_s = 10});
}

/// Members with one active node `name`.
Membership members_with(const std::string& name, AgentRef agent, double lease_s = 0) {
  Membership members = new_members();
  JoinStudy join = join_of(name, agent);
  join.lease_s = lease_s;
  (void)members.admit(join, 2, at(0s));
  (void)members.activate_joined();
  return members;
}

TrialRecord running_on(const std::string& node, TrialId id) {
  TrialRecord trial;
  trial.id = id;
  trial.attempt = 1;
  trial.node = node;
  return trial;
}

BOOST_AUTO_TEST_CASE(a_node_that_joins_is_active_once_the_journal_has_its_row) {
  Membership members = new_members();
  BOOST_TEST((members.admit(join_of("n", agent_on(1)), 2, at(0s)).kind == Kind::joined));
  BOOST_TEST(!members.is_active("n"));
  BOOST_TEST(members.member_of(agent_on(1).address()).value() == "n");
  const auto rows = members.activate_joined();
  BOOST_REQUIRE(rows.size() == 1u);
  BOOST_TEST(rows[0].node == "n");
  BOOST_TEST(rows[0].slots == 2u);
  BOOST_TEST(members.is_active("n"));
  BOOST_TEST(members.activate_joined().empty());
  BOOST_TEST(members.waiting_for() == "");
}

BOOST_AUTO_TEST_CASE(a_node_without_slots_gets_no_row) {
  Membership members = new_members();
  (void)members.admit(join_of("host", agent_on(1)), 0, at(0s));
  BOOST_TEST(members.activate_joined().empty());
  const auto removed = members.remove("host");
  BOOST_REQUIRE(removed.has_value());
  BOOST_TEST(!removed->in_journal);
}

BOOST_AUTO_TEST_CASE(a_study_without_slots_waits_for_a_node_that_has_some) {
  Membership members = new_members();
  (void)members.admit(join_of("host", agent_on(1)), 0, at(0s));
  BOOST_TEST(members.waiting_for() == "a node that has what a trial needs");
  (void)members.admit(join_of("gpu1", agent_on(2)), 1, at(0s));
  BOOST_TEST(members.waiting_for() == "");
}

BOOST_AUTO_TEST_CASE(a_second_node_of_a_name_is_refused) {
  Membership members = members_with("n", agent_on(1));
  const auto admission = members.admit(join_of("n", agent_on(2)), 2, at(0s));
  BOOST_TEST((admission.kind == Kind::refused));
  BOOST_TEST(admission.refusal == "a node named 'n' is already there; choose another --name");
  BOOST_TEST(admission.again_in_s == 0);
}

BOOST_AUTO_TEST_CASE(a_node_is_known_by_the_name_that_it_linked_with) {
  Membership members = new_members();
  BOOST_TEST(!members.note_link("n", runtime::NodeId{1}).has_value());
  const auto admission = members.admit(join_of("m", agent_on(1)), 2, at(0s));
  BOOST_TEST(admission.refusal == "this node is 'n', not 'm'");
  members.forget_link("n", runtime::NodeId{2});  // Another node's link of that name.
  BOOST_TEST(members.links().size() == 1u);
  members.forget_link("n", runtime::NodeId{1});
  BOOST_TEST((members.admit(join_of("m", agent_on(1)), 2, at(0s)).kind == Kind::joined));
  BOOST_TEST(members.note_link("n", runtime::NodeId{1}).value() == "m");
}

BOOST_AUTO_TEST_CASE(a_lost_node_is_left_when_its_lease_and_the_kill_grace_are_over) {
  Membership members = members_with("n", agent_on(1));
  BOOST_TEST((members.mark_lost("n", at(8s), at(10s)) == time_to_stop - 2s));
  BOOST_TEST(!members.member_of(agent_on(1).address()).has_value());
  BOOST_TEST(members.waiting_for() == "node n, which is out of reach");
  BOOST_TEST((members.expiry("n", at(8s) + time_to_stop - 1ms) == Expiry::not_due));
  BOOST_TEST((members.expiry("n", at(8s) + time_to_stop) == Expiry::left));
  BOOST_CHECK_THROW((void)members.mark_lost("n", at(10s), at(10s)), CheckFailure);
  BOOST_TEST(members.remove("n")->in_journal);
  BOOST_TEST((members.expiry("n", at(1h)) == Expiry::not_due));
  BOOST_TEST(members.waiting_for() == "a node to join");
}

BOOST_AUTO_TEST_CASE(a_lease_that_began_long_ago_is_over_at_once) {
  Membership members = members_with("n", agent_on(1));
  BOOST_TEST((members.mark_lost("n", at(0s), at(1min)) == Duration(0)));
}

BOOST_AUTO_TEST_CASE(the_longer_of_the_leases_of_node_and_study_counts) {
  Membership longer = members_with("n", agent_on(1), 20);
  BOOST_TEST((longer.mark_lost("n", at(0s), at(0s)) == time_to_stop + 15s));
  Membership shorter = members_with("n", agent_on(1), 1);
  BOOST_TEST((shorter.mark_lost("n", at(0s), at(0s)) == time_to_stop));
}

BOOST_AUTO_TEST_CASE(the_name_of_a_lost_node_is_refused_until_its_time_is_over) {
  Membership members = members_with("n", agent_on(1));
  (void)members.mark_lost("n", at(0s), at(0s));
  const auto admission = members.admit(return_of("n", agent_on(2)), 2, at(200ms));
  BOOST_TEST(admission.refusal ==
             "a node named 'n' is out of reach, and its programs may run for 15 s; join then, or "
             "choose another --name");
  BOOST_TEST(admission.again_in_s == 15);
}

BOOST_AUTO_TEST_CASE(a_lost_own_node_is_left_when_its_processes_are_gone_and_not_by_time) {
  Membership members = members_with("own-1", agent_on(1));
  (void)members.mark_lost("own-1", at(0s), at(0s));
  BOOST_TEST((members.expiry("own-1", at(1h)) == Expiry::processes_left));
  const auto admission = members.admit(join_of("own-1", agent_on(2)), 2, at(1h));
  BOOST_TEST(admission.refusal.find("as long as its process lives") != std::string::npos);
  BOOST_TEST(admission.again_in_s == 0);
}

BOOST_AUTO_TEST_CASE(nodes_that_may_run_attempts_are_awaited_after_a_restart_of_the_head) {
  const std::map<TrialId, TrialRecord> trials{{0, running_on("z", 0)},
                                              {1, running_on("n", 1)},
                                              {2, running_on("n", 2)},
                                              {3, running_on("own-1", 3)},
                                              {4, running_on("own-2", 4)}};
  Membership members = new_members({"own-2", "own-3"});
  BOOST_TEST((members.possibly_running(trials) == std::vector<std::string>{"n", "own-2", "z"}));
  members.note_processes_gone("own-2");
  BOOST_TEST((members.possibly_running(trials) == std::vector<std::string>{"n", "z"}));
}

BOOST_AUTO_TEST_CASE(an_awaited_node_has_the_kill_grace_of_the_head_that_it_knew) {
  Membership members = new_members();
  auto spec = std::make_shared<StudySpec>();
  spec->grace_kill_s = 100;
  members.note_earlier(StudyOpened{.spec = spec});
  const Duration usual = new_members().await("n", at(0s));
  BOOST_TEST((members.await("n", at(0s)) > usual + 60s));
}

BOOST_AUTO_TEST_CASE(an_awaited_node_rejoins_and_another_of_its_name_does_not) {
  Membership members = new_members();
  members.note_earlier(NodeJoined{.node = "n", .slots = 2, .lease_s = 20});
  BOOST_TEST((members.await("n", at(0s)) == time_to_stop + 15s));
  BOOST_TEST(members.is_awaited("n"));
  BOOST_TEST(!members.agent("n"));
  BOOST_TEST((members.admit(join_of("n", agent_on(1)), 2, at(1s)).kind == Kind::refused));
  BOOST_TEST((members.admit(return_of("n", agent_on(2)), 2, at(1s)).kind == Kind::rejoined));
  BOOST_TEST(members.is_active("n"));
  BOOST_TEST((members.agent("n") == agent_on(2)));
  BOOST_TEST((members.expiry("n", at(1h)) == Expiry::not_due));
  // The answer came too late for it: it asks again.
  BOOST_TEST((members.admit(return_of("n", agent_on(2)), 2, at(2s)).kind == Kind::already_member));
  BOOST_TEST((members.admit(return_of("n", agent_on(3)), 2, at(2s)).kind == Kind::refused));
}

BOOST_AUTO_TEST_CASE(durable_ends_are_handed_over_once) {
  Membership members = members_with("n", agent_on(1));
  members.note_durable_end("n", {0, 1});
  members.note_durable_end("n", {3, 2});
  members.note_durable_end("gone", {4, 1});
  BOOST_TEST((members.take_durable_ends("n") == std::vector<RetainedAttempt>{{0, 1}, {3, 2}}));
  BOOST_TEST(members.take_durable_ends("n").empty());
  BOOST_TEST(members.take_durable_ends("gone").empty());
}

BOOST_AUTO_TEST_CASE(a_node_runs_as_many_trials_as_its_scarcest_resource_admits) {
  StudySpec spec;
  spec.resources.cpus = 2;
  spec.resources.gpus = 1;
  spec.scheduler.node = "s";
  BOOST_TEST(trial_slots(spec, "n", {.cpus = 8, .gpus = 3}) == 3u);
  BOOST_TEST(trial_slots(spec, "n", {.cpus = 3, .gpus = 3}) == 1u);
  BOOST_TEST(trial_slots(spec, "n", {.cpus = 8}) == 0u);
  BOOST_TEST(trial_slots(spec, "s", {.cpus = 8, .gpus = 3}) == 0u);
  spec.resources.cpus = 0.1;
  spec.resources.gpus = 0;
  BOOST_TEST(trial_slots(spec, "n", {.cpus = 1}) == 10u);  // Rounding does not cost a slot.
}

BOOST_AUTO_TEST_CASE(a_node_with_an_absurd_lease_is_refused) {
  const double infinite = std::numeric_limits<double>::infinity();
  const double none = std::numeric_limits<double>::quiet_NaN();
  for (const double lease_s : {none, -1.0, 1e300, infinite}) {
    Membership members = new_members();
    JoinStudy join = join_of("n", agent_on(1));
    join.lease_s = lease_s;
    const auto admission = members.admit(join, 2, at(0s));
    BOOST_TEST((admission.kind == Kind::refused), lease_s);
    BOOST_TEST(admission.refusal.ends_with(" s; expected at most 86400"), admission.refusal);
  }
}

BOOST_AUTO_TEST_CASE(messages_of_a_given_up_attempt_are_refused_once) {
  GivenUpAttempts given_up;
  given_up.add_all({{0, running_on("n", 0)}, {1, running_on("m", 1)}}, "n");
  BOOST_TEST(!given_up.refuse(AttemptEnded{1, 1, {}, 0, "", ""}).has_value());
  BOOST_TEST(!given_up.refuse(AttemptEnded{0, 2, {}, 0, "", ""}).has_value());
  BOOST_TEST(!given_up.refuse(TimeExpired{}).has_value());
  const auto refusal = given_up.refuse(Reported{0, 1, 1, 0.5, {}});
  BOOST_REQUIRE(refusal.has_value());
  BOOST_TEST(refusal->node == "n");
  BOOST_TEST(refusal->why ==
             "what it says of attempt 1 of trial 0 is too late: the attempt was given up");
  BOOST_TEST(!given_up.refuse(AttemptEnded{0, 1, {}, 0, "", ""}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
