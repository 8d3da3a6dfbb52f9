#include "schedulers/rungs/sync_rung.hpp"

#include <boost/test/unit_test.hpp>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(sync_rung)

BOOST_AUTO_TEST_CASE(places_are_occupied_in_order_and_filled_in_any_order) {
  SyncRung rung(3, 3);
  for (TrialId trial = 0; trial < 3; ++trial) {
    BOOST_TEST(rung.free_place().value() == trial);
    rung.occupy(trial, trial);
    rung.check_invariants();
  }
  BOOST_TEST(!rung.free_place());
  rung.fill(2, 0.5);
  rung.fill(0, 0.5);
  BOOST_TEST(rung.unfilled() == 1u);
  BOOST_TEST(rung.awaits(1, 1));
  BOOST_TEST(!rung.awaits(0, 0));  // Filled.
  BOOST_TEST(!rung.awaits(0, 1));  // The place of another trial.
  BOOST_TEST(!rung.awaits(0, 3));  // No place.
  rung.check_invariants();
}

BOOST_AUTO_TEST_CASE(ranks_by_loss_with_ties_in_the_order_of_places_and_without_failed_places) {
  SyncRung rung(1, 4);
  for (TrialId trial = 0; trial < 4; ++trial) rung.occupy(trial, trial);
  rung.fill(3, 0.2);
  rung.fill(1, 0.2);
  rung.fill(0, SyncRung::failed);
  BOOST_CHECK_THROW((void)rung.ranking(), CheckFailure);  // Place 2 is not filled.
  rung.fill(2, 0.1);
  BOOST_TEST((rung.ranking() == std::vector<std::size_t>{2, 1, 3}));
}

BOOST_AUTO_TEST_CASE(a_place_without_a_trial_has_failed) {
  const SyncRung rung(3, std::vector<std::optional<TrialId>>{std::nullopt, 5});
  BOOST_TEST(rung.places()[0].filled);
  BOOST_TEST(rung.places()[0].loss == SyncRung::failed);
  BOOST_TEST(rung.free_place().value() == 1u);
  rung.check_invariants();
}

BOOST_AUTO_TEST_CASE(a_place_is_filled_once_and_by_its_own_trial) {
  SyncRung rung(3, std::vector<std::optional<TrialId>>{4, 5});
  BOOST_CHECK_THROW(rung.occupy(1, 5), CheckFailure);  // Place 0 is free.
  BOOST_CHECK_THROW(rung.occupy(0, 5), CheckFailure);  // The place of trial 4.
  rung.occupy(0, 4);
  rung.fill(0, 0.1);
  BOOST_CHECK_THROW(rung.fill(0, 0.1), CheckFailure);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
