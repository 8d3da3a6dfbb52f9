// Nodes that cannot run trials: they rest, are set aside, and cost no retry.

#include "actors/study/node_health.hpp"

#include <string>

#include <boost/test/unit_test.hpp>

#include "actors/study/study_core.hpp"
#include "test/unit/studies/core_world.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(node_health)

using Fault = AttemptEnded::NodeFault;
using Cause = AttemptEnded::Cause;
using Then = TrialFailed::Then;

/// A study that tolerates no failed trial and no retry.
struct StrictWorld : test_study::CoreWorld {
  explicit StrictWorld(std::uint32_t workers = 1)
      : CoreWorld({.workers_max = workers, .stop = {.trials_started_max = 8}}) {}

  /// The latest attempt of `trial` ends because of its node.
  void fault(TrialId trial, Fault fault, const std::string& detail = "cannot start ./train: gone") {
    feed(AttemptEnded{.trial = trial,
                      .attempt = core.trials().at(trial).attempt,
                      .cause = Cause::not_started,
                      .detail = detail,
                      .node_fault = fault});
  }
  void exit(TrialId trial, std::int32_t code, Fault fault = Fault::none,
            const std::string& stderr_tail = "") {
    feed(AttemptEnded{.trial = trial,
                      .attempt = core.trials().at(trial).attempt,
                      .code = code,
                      .detail = "exit code " + std::to_string(code),
                      .stderr_tail = stderr_tail,
                      .node_fault = fault});
  }
  void reported(TrialId trial, Resource resource = 1) {
    report(trial, resource, 0.5, schedulers::ContinueTrial{trial, 9},
           core.trials().at(trial).attempt);
  }
  void rested(const std::string& node) { feed(NodeRested{node}); }
  [[nodiscard]] const std::string& node_of(TrialId trial) const {
    return core.trials().at(trial).node;
  }
};

BOOST_AUTO_TEST_CASE(a_node_that_cannot_start_the_program_costs_no_retry_and_is_set_aside) {
  StrictWorld world(3);
  world.feed(NodeJoined{"b", 4});
  world.start(9);  // On b, which has the most slots.
  BOOST_TEST(world.node_of(0) == "b");
  world.fault(0, Fault::program);
  BOOST_TEST((world.event<TrialFailed>().then == Then::restart));
  BOOST_TEST(world.command<RestNode>().node == "b");
  BOOST_TEST(world.command<RestNode>().rest_s == 1);
  world.slot();
  BOOST_TEST(world.node_of(0) == "n");
  world.reported(0);
  world.rested("b");
  for (const double rest_s : {5.0, 0.0}) {
    world.start(9);
    BOOST_TEST(world.node_of(static_cast<TrialId>(world.core.counts().started - 1)) == "b");
    const auto trial = static_cast<TrialId>(world.core.counts().started - 1);
    world.fault(trial, Fault::program);
    if (rest_s > 0) {
      BOOST_TEST(world.command<RestNode>().rest_s == rest_s);
      world.slot();
      BOOST_TEST(world.node_of(trial) == "n");
      world.reported(trial);
      world.rested("b");
    }
  }
  BOOST_TEST(world.event<NodeSetAside>().node == "b");
  BOOST_TEST(world.event<NodeSetAside>().reason == "cannot start ./train: gone");
  BOOST_TEST(!world.core.finished());
  BOOST_TEST(!world.core.offer().has_value());  // The slots of n are taken.
  BOOST_TEST(!world.core.accepts(NodeRested{"b"}));
  for (const auto& [id, trial] : world.core.trials()) BOOST_TEST(trial.retries == 0u);
  // A node of that name which joins again is a new one.
  world.feed(NodeLeft{"b", "stopped"});
  BOOST_TEST(world.event<NodeSetAside>().reason == "");
}

BOOST_AUTO_TEST_CASE(failures_of_attempts_that_were_launched_together_count_once) {
  NodeHealth health;
  health.add("n");
  const auto fail = [&](std::uint64_t launched, std::uint64_t row) {
    return health.fail("n", {Fault::resources, "full", launched}, row);
  };
  BOOST_TEST(fail(1, 10).rest_s == 1);
  BOOST_TEST(fail(2, 11).rest_s == 0);
  BOOST_TEST(fail(3, 12).rest_s == 0);
  BOOST_TEST(health.end_rest("n", true));
  BOOST_TEST(fail(13, 20).rest_s == 5);
  // A success of an attempt from before says nothing about attempts that start now.
  health.succeed("n", 4, true);
  BOOST_TEST(health.end_rest("n", true));
  BOOST_TEST(fail(21, 22).set_aside);
}

BOOST_AUTO_TEST_CASE(an_attempt_that_ends_well_begins_the_count_anew) {
  NodeHealth health;
  health.add("n");
  for (std::uint64_t row = 10; row < 100; row += 10) {
    BOOST_TEST(health.fail("n", {Fault::resources, "full", row - 1}, row).rest_s == 1);
    BOOST_TEST(!health.may_start("n"));
    BOOST_TEST(health.end_rest("n", false));
    health.succeed("n", row + 1, true);
  }
}

BOOST_AUTO_TEST_CASE(the_study_stops_at_once_if_its_only_node_cannot_start_the_program) {
  StrictWorld world;
  world.start(9);
  world.fault(0, Fault::program, "cannot start ./train: the file is not executable");
  const auto& end = world.event<StudyFinished>();
  BOOST_TEST((end.outcome == StudyFinished::Outcome::failed));
  BOOST_TEST(end.reason ==
             "no node can start the program: n: cannot start ./train: the file is not executable");
  BOOST_TEST(end.goes_on());
  world.feed(StudyResumed{"1", 0, {}});
  world.feed(NodeJoined{"n", 2});
  world.slot();
  BOOST_TEST(world.command<LaunchAttempt>().trial == 0u);
  BOOST_TEST(world.core.trials().at(0).retries == 0u);
}

BOOST_AUTO_TEST_CASE(the_study_stops_once_every_node_has_failed_to_start_the_program) {
  StrictWorld world(2);
  world.feed(NodeJoined{"b", 2});
  world.start(9);
  BOOST_TEST(world.node_of(0) == "b");
  world.fault(0, Fault::program);
  BOOST_TEST(!world.core.finished());
  world.slot();
  BOOST_TEST(world.node_of(0) == "n");
  world.fault(0, Fault::program, "cannot start ./train: no");
  BOOST_TEST(world.event<StudyFinished>().reason ==
             "no node can start the program: b: cannot start ./train: gone; n: cannot start "
             "./train: no");
}

BOOST_AUTO_TEST_CASE(a_program_that_vanishes_from_the_only_node_stops_the_study_after_three_tries) {
  StrictWorld world;
  world.start(9);
  world.reported(0);
  world.exit(0, 0);
  world.start(9);
  for (int tries = 1; tries <= 3; ++tries) {
    world.fault(1, Fault::program);
    BOOST_TEST((tries == 3) == world.core.finished().has_value());
    if (tries == 3) break;
    world.rested("n");
    world.slot();
  }
  BOOST_TEST(world.event<StudyFinished>().goes_on());
}

BOOST_AUTO_TEST_CASE(a_study_whose_only_node_has_no_disk_space_says_so_and_tries_again) {
  StrictWorld world;
  world.start(9);
  double rest_s = 0;
  for (int tries = 1; tries <= 3; ++tries) {
    world.fault(0, Fault::resources, "cannot make trials/0000: No space left on device");
    BOOST_TEST(!world.core.offer().has_value());
    rest_s = world.command<RestNode>().rest_s;
    if (tries == 3) break;
    BOOST_TEST(world.core.nodes_waited_for().starts_with(
        "a node that can run trials (n waits after a failure: cannot make "));
    world.rested("n");
    world.slot();
  }
  BOOST_TEST(rest_s == 60);
  BOOST_TEST(world.core.nodes_waited_for() ==
             "a node that can run trials (n is set aside: cannot make trials/0000: No space left "
             "on device)");
  world.rested("n");
  world.slot();
  world.fault(0, Fault::resources, "still full");
  BOOST_TEST(world.command<RestNode>().rest_s == 120);
  BOOST_TEST(world.core.trials().at(0).retries == 0u);
  // Another node makes it needless.
  world.feed(NodeJoined{"b", 1});
  world.slot();
  BOOST_TEST(world.node_of(0) == "b");
  BOOST_TEST(world.core.nodes_waited_for() == "");
  world.rested("n");
  BOOST_TEST(!world.has_event<NodeSetAside>());
}

BOOST_AUTO_TEST_CASE(a_shell_that_finds_no_command_is_a_fault_of_its_node_only_before_a_report) {
  StrictWorld world(2);
  world.feed(NodeJoined{"b", 1});
  world.start(9);
  BOOST_TEST(world.node_of(0) == "n");
  world.reported(0);
  world.exit(0, 0);
  world.start(9);
  world.start(9);
  BOOST_TEST(world.node_of(2) == "b");
  world.exit(2, 127, Fault::program, "sh: train: not found\n");
  BOOST_TEST((world.event<TrialFailed>().then == Then::restart));
  world.exit(1, 127, Fault::program);  // On n, where the program ran before.
  BOOST_TEST((world.event<TrialFailed>().then == Then::give_up));
}

BOOST_AUTO_TEST_CASE(programs_that_fail_on_one_node_only_before_they_report_cost_no_retry) {
  StrictWorld world(2);
  world.feed(NodeJoined{"b", 1});
  world.start(9);
  world.reported(0);
  for (int tries = 1; tries <= 3; ++tries) {
    const TrialId trial = 1;
    if (tries == 1)
      world.start(9);
    else
      world.slot();
    // Trial 0 holds a slot of n, so both nodes have one: b is the first by name.
    BOOST_TEST(world.node_of(trial) == "b");
    world.exit(trial, 1, Fault::none, "Traceback:\nNo module named 'torch'\n");
    BOOST_TEST((world.event<TrialFailed>().then == Then::restart));
    if (tries < 3) world.rested("b");
  }
  BOOST_TEST(world.event<NodeSetAside>().reason == "exit code 1 (No module named 'torch')");
  world.slot();
  BOOST_TEST(world.node_of(1) == "n");
  world.exit(1, 1);  // Where programs run, the failure is the trial's own.
  BOOST_TEST((world.event<TrialFailed>().then == Then::give_up));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
