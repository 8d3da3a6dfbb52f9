#include "schedulers/sync_rush.hpp"

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "test/unit/schedulers/scheduler_fixture.hpp"

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(sync_rush)

/// 9 arms and eta = 3: two rounds of 36 units each, that is 4 units for each arm, then 12.
SyncRushOptions options(std::vector<TrialId> incumbents = {}, Resource max_resource = 100) {
  return {.budget = 72,
          .arms = 9,
          .reduction_factor = 3,
          .max_resource = max_resource,
          .incumbents = std::move(incumbents)};
}

struct Rush : SchedulerFixture<SyncRush> {
  explicit Rush(const SyncRushOptions& options) : SchedulerFixture(options) {}

  void first_round(const std::vector<double>& metrics) {
    for (std::size_t i = 0; i < metrics.size(); ++i) (void)start();
    for (TrialId trial = 0; trial < metrics.size(); ++trial)
      (void)report(trial, scheduler.rounds_begun()[0].level(), metrics[trial]);
  }
};
struct Plain : Rush {
  Plain() : Rush(options()) {}
};
struct WithIncumbents : Rush {
  WithIncumbents() : Rush(options({0, 1})) {}
};
struct Capped : Rush {
  Capped() : Rush(options({}, 4)) {}
};

BOOST_AUTO_TEST_CASE(the_budget_is_kept_or_spent_as_the_poster_prints_it) {
  auto poster = options();
  BOOST_TEST(rounds(poster) == 2);
  BOOST_TEST((round_sizes(poster) == std::vector<RungSize>{{4, 9}, {16, 3}}));
  poster.budget_rule = RushBudget::as_printed;
  BOOST_TEST((round_sizes(poster) == std::vector<RungSize>{{12, 9}, {48, 3}}));
  poster.budget_rule = RushBudget::planned;
  BOOST_TEST((round_sizes(poster) == std::vector<RungSize>{{4, 9}, {16, 3}}));
  BOOST_TEST(units(poster, 1, 1) == 12);  // Two of three arms were dropped: their share is saved.
}

BOOST_AUTO_TEST_CASE(all_rounds_together_never_exceed_the_budget_when_it_is_kept) {
  for (std::uint64_t arms = 2; arms < 60; ++arms)
    for (const double eta : {2.0, 2.5, 3.0, 4.0}) {
      SyncRushOptions one{.budget = 1'000, .arms = arms, .reduction_factor = eta};
      one.max_resource = 1'000;
      Resource spent = 0;
      Resource below = 0;
      for (const RungSize& round : round_sizes(one)) {
        spent += static_cast<Resource>(round.places) * (round.resource - below);
        below = round.resource;
      }
      BOOST_TEST(spent <= one.budget);
    }
}

BOOST_AUTO_TEST_CASE(each_bad_option_is_named) {
  const auto complaints = [](const SyncRushOptions& options) {
    std::string names;
    for (const auto& problem : problems(options)) names += std::string(problem.option) + " ";
    return names;
  };
  BOOST_TEST(complaints(options()) == "");
  BOOST_TEST(complaints(options({0, 9})) == "arms ");
  BOOST_TEST(complaints(options({}, 0)) == "max_resource ");
  auto poor = options();
  poor.budget = 17;
  BOOST_TEST(complaints(poor) == "budget ");
  auto lonely = options();
  lonely.arms = 1;
  BOOST_TEST(complaints(lonely) == "arms ");
  lonely.reduction_factor = 1;
  BOOST_TEST(complaints(lonely) == "reduction_factor arms ");
}

BOOST_FIXTURE_TEST_CASE(without_incumbents_a_third_of_the_arms_survives_each_round, Plain) {
  BOOST_TEST((offer() == Decision(StartTrial{0, 4})));
  for (int i = 1; i < 9; ++i) (void)start();
  BOOST_TEST(std::get<Wait>(offer()).reason == "round 1 of 2 waits for 9 of 9 arms");
  for (TrialId trial = 0; trial < 9; ++trial)
    BOOST_TEST((report(trial, 4, 0.9 - 0.1 * trial) == Decision(PauseTrial{trial})));
  for (const TrialId trial : {6U, 7U, 8U})
    BOOST_TEST((offer() == Decision(ResumeTrial{trial, 4, 16})));
  BOOST_TEST(std::holds_alternative<NothingLeft>(offer()));
  for (const TrialId trial : {6U, 7U, 8U}) (void)report(trial, 16, 0.1);
  BOOST_TEST(scheduler.finished());
  BOOST_TEST((offer() == Decision(NothingLeft{"all 2 rounds are over"})));
}

BOOST_FIXTURE_TEST_CASE(arms_behind_the_best_incumbent_are_dropped, WithIncumbents) {
  first_round({0.2, 0.5, 0.1, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8});
  BOOST_TEST((raised == std::vector<HurdleRaised>{{0, 4, 0.2}}));
  BOOST_TEST(scheduler.status().hurdle_resource == 4);
  BOOST_TEST(scheduler.status().hurdle == 0.2);
  // Two arms survive, one of them the incumbent, and share the budget of the second round.
  BOOST_TEST((offer() == Decision(ResumeTrial{0, 4, 22})));
  BOOST_TEST((offer() == Decision(ResumeTrial{2, 4, 22})));
  BOOST_TEST(std::holds_alternative<NothingLeft>(offer()));
}

BOOST_FIXTURE_TEST_CASE(an_incumbent_beyond_the_best_third_is_dropped_too, WithIncumbents) {
  first_round({0.9, 0.8, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7});
  BOOST_TEST((raised == std::vector<HurdleRaised>{{1, 4, 0.8}}));
  for (const TrialId trial : {2U, 3U, 4U})
    BOOST_TEST((offer() == Decision(ResumeTrial{trial, 4, 16})));
}

BOOST_FIXTURE_TEST_CASE(ties_keep_the_order_of_arms, Plain) {
  first_round(std::vector<double>(9, 0.5));
  for (const TrialId trial : {0U, 1U, 2U})
    BOOST_TEST((offer() == Decision(ResumeTrial{trial, 4, 16})));
}

BOOST_FIXTURE_TEST_CASE(failed_arms_are_dropped_and_their_share_goes_to_the_others, Plain) {
  for (int i = 0; i < 9; ++i) (void)start();
  for (const TrialId trial : {0U, 1U, 2U, 3U, 4U, 5U, 6U}) fail(trial);
  (void)report(7, 4, std::numeric_limits<double>::quiet_NaN());
  (void)report(8, 4, 0.5);
  BOOST_TEST((offer() == Decision(ResumeTrial{8, 4, 40})));
}

BOOST_FIXTURE_TEST_CASE(the_study_ends_when_every_arm_has_failed, Plain) {
  for (int i = 0; i < 9; ++i) (void)start();
  for (TrialId trial = 0; trial < 9; ++trial) fail(trial);
  BOOST_TEST((offer() == Decision(NothingLeft{"no arm has a finite metric"})));
}

BOOST_FIXTURE_TEST_CASE(without_new_trials_the_places_of_missing_arms_are_skipped, Plain) {
  for (int i = 0; i < 7; ++i) (void)start();
  BOOST_TEST((offer_promotions() == Decision(SlotSkipped{4})));
  BOOST_TEST((offer_promotions() == Decision(SlotSkipped{4})));
  BOOST_TEST(std::holds_alternative<Wait>(offer_promotions()));
  for (TrialId trial = 0; trial < 7; ++trial) (void)report(trial, 4, 0.1 * trial);
  BOOST_TEST((offer_promotions() == Decision(ResumeTrial{0, 4, 16})));
}

BOOST_FIXTURE_TEST_CASE(no_arm_runs_beyond_the_maximum, Capped) {
  for (int i = 0; i < 9; ++i) (void)start();
  for (TrialId trial = 0; trial < 9; ++trial)
    BOOST_TEST((report(trial, 4, 0.1 * trial) ==
                Decision(StopTrial{trial, StopTrial::Reason::max_resource})));
  BOOST_TEST(scheduler.finished());
}

BOOST_FIXTURE_TEST_CASE(the_last_metric_of_an_early_exit_counts_in_later_rounds, Plain) {
  for (int i = 0; i < 9; ++i) (void)start();
  (void)report(0, 2, 0.01);
  complete(0);
  for (TrialId trial = 1; trial < 9; ++trial) (void)report(trial, 4, 0.1 * trial);
  BOOST_TEST((offer() == Decision(ResumeTrial{1, 4, 16})));
  BOOST_TEST((offer() == Decision(ResumeTrial{2, 4, 16})));
  BOOST_TEST(std::holds_alternative<NothingLeft>(offer()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
