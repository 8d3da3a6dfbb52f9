// The warning about a lowest rung that does not predict the next one.

#include <boost/test/unit_test.hpp>

#include "test/unit/studies/core_world.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(rung_warning)

using namespace test_study;

/// Runs `trials` trials to the second rung, where trial i has the metric `upper(i)`; at the lowest
/// it has i. Returns the warning, if any.
template <typename Upper>
std::string warning_of(TrialId trials, const Upper& upper) {
  CoreWorld world({.workers_max = trials, .rung_levels = {1, 3, 9}});
  world.feed(NodeJoined{"large", trials});
  std::string warning;
  for (TrialId trial = 0; trial < trials; ++trial) world.start(9);
  for (TrialId trial = 0; trial < trials; ++trial) {
    world.report(trial, 1, trial, schedulers::ContinueTrial{trial, 3});
    world.report(trial, 3, upper(trial), schedulers::ContinueTrial{trial, 9});
    for (const StudyEvent& event : world.events)
      if (const auto* said = std::get_if<StudyWarned>(&event)) warning = said->warning;
  }
  return warning;
}

BOOST_AUTO_TEST_CASE(a_lowest_rung_that_says_nothing_about_the_next_is_warned_of_once) {
  const auto reversed = [](TrialId trial) { return 100.0 - trial; };
  BOOST_TEST(warning_of(15, reversed) == "");
  BOOST_TEST(warning_of(40, reversed)
                 .starts_with("the lowest rung hardly predicts the next one: over the 16 trials "
                              "that reached both, the "
                              "rank correlation of the metric at 1 and at 3 is -1.00: "));
}

BOOST_AUTO_TEST_CASE(a_lowest_rung_that_agrees_with_the_next_is_not) {
  BOOST_TEST(warning_of(64, [](TrialId trial) { return 10.0 + trial; }) == "");
  BOOST_TEST(warning_of(64, [](TrialId trial) { return trial + (trial % 2 == 0 ? 20.0 : 0.0); }) ==
             "");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
