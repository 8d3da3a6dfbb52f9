#include "schedulers/async_successive_halving.hpp"

#include <boost/test/unit_test.hpp>

#include "test/unit/schedulers/async_successive_halving_fixture.hpp"

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(halving)

using Stopped = StopTrial::Reason;

struct Stopping : HalvingFixture {
  Stopping() : HalvingFixture(options(Rule::stopping)) {}
};
struct Promotion : HalvingFixture {
  Promotion() : HalvingFixture(options(Rule::promotion)) {}
};
struct Pasha : HalvingFixture {
  Pasha() : HalvingFixture(options(Rule::promotion, Ceiling::progressive)) {}
};
/// Rungs at 4, 5, 6 and R = 7: at least 4/5 of a rung pass.
struct NarrowPasha : HalvingFixture {
  static AsyncSuccessiveHalvingOptions narrow() {
    AsyncSuccessiveHalvingOptions options =
        HalvingFixture::options(Rule::promotion, Ceiling::progressive);
    options.rung_levels = {4, 5, 6};
    options.max_resource = 7;
    return options;
  }
  NarrowPasha() : HalvingFixture(narrow()) {}
};
struct ProgressiveStopping : HalvingFixture {
  ProgressiveStopping() : HalvingFixture(options(Rule::stopping, Ceiling::progressive)) {}
};

AsyncSuccessiveHalvingOptions with_incumbents(Rule rule) {
  AsyncSuccessiveHalvingOptions options = HalvingFixture::options(rule);
  options.incumbents = {0, 1};
  return options;
}
struct RushStopping : HalvingFixture {
  RushStopping() : HalvingFixture(with_incumbents(Rule::stopping)) {}
};
struct RushPromotion : HalvingFixture {
  RushPromotion() : HalvingFixture(with_incumbents(Rule::promotion)) {}
};

BOOST_FIXTURE_TEST_CASE(stopping_continues_the_first_trial_of_a_rung_and_later_only_the_best,
                        Stopping) {
  const auto answers = fill({0.5, 0.6, 0.4, 0.45});
  BOOST_TEST((answers[0] == Decision(ContinueTrial{0, 3})));
  BOOST_TEST((answers[1] == Decision(StopTrial{1, Stopped::below_cutoff})));
  BOOST_TEST((answers[2] == Decision(ContinueTrial{2, 3})));
  BOOST_TEST((answers[3] == Decision(ContinueTrial{3, 3})));
}

BOOST_FIXTURE_TEST_CASE(a_decision_in_a_rung_says_what_it_is_based_on, Stopping) {
  const auto answers = fill({0.5, 0.6, 0.4});
  BOOST_TEST((std::get<ContinueTrial>(answers[0]).judgement == Judgement{1, 1}));
  const auto stopped = std::get<StopTrial>(answers[1]).judgement.value();
  BOOST_TEST(stopped.rung == 1);
  BOOST_TEST(stopped.entries == 2u);
  BOOST_TEST(stopped.cutoff.value() == 0.5 + 0.1 / 3, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(!stopped.epsilon.has_value());
  // Between two rungs nothing is compared.
  BOOST_TEST(!std::get<ContinueTrial>(report(2, 2, 0.3)).judgement.has_value());
}

BOOST_FIXTURE_TEST_CASE(a_promotion_says_what_it_is_based_on, Promotion) {
  const auto answers = fill({0.5, 0.6, 0.4});
  BOOST_TEST((std::get<PauseTrial>(answers[2]).judgement == Judgement{1, 3}));
  const auto promoted = std::get<ResumeTrial>(offer()).judgement.value();
  BOOST_TEST(promoted.rung == 1);
  BOOST_TEST(promoted.entries == 3u);
  BOOST_TEST(promoted.cutoff.has_value());
}

BOOST_FIXTURE_TEST_CASE(under_a_progressive_ceiling_a_decision_has_epsilon, Pasha) {
  BOOST_TEST(std::get<PauseTrial>(fill({0.5})[0]).judgement.value().epsilon.has_value());
}

BOOST_FIXTURE_TEST_CASE(stopping_runs_a_trial_to_the_maximum_without_a_pause, Stopping) {
  BOOST_TEST((offer() == Decision(StartTrial{0, 1})));
  const std::vector<Resource> milestones{3, 3, 9, 9, 9, 9, 9, 9, 27};
  for (Resource e = 1; e < 27; ++e) {
    const Resource until = e <= 9 ? milestones[static_cast<std::size_t>(e) - 1] : 27;
    BOOST_TEST((report(0, e, 0.5) == Decision(ContinueTrial{0, until})));
  }
  BOOST_TEST((report(0, 27, 0.5) == Decision(StopTrial{0, Stopped::max_resource})));
  BOOST_TEST(in_rung(2).size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(promotion_pauses_every_trial_and_resumes_the_best_once, Promotion) {
  const auto answers = fill({0.9, 0.1, 0.5});
  BOOST_TEST(answers.size() == 3u);
  for (const Decision& answer : answers) BOOST_TEST(std::holds_alternative<PauseTrial>(answer));
  BOOST_TEST((offer() == Decision(ResumeTrial{1, 1, 3})));
  BOOST_TEST((offer() == Decision(StartTrial{3, 1})));
  BOOST_TEST((report(1, 2, 0.1) == Decision(ContinueTrial{1, 3})));
  BOOST_TEST((report(1, 3, 0.1) == Decision(PauseTrial{1})));
}

BOOST_FIXTURE_TEST_CASE(higher_rungs_are_promoted_from_first, Promotion) {
  fill({0.1, 0.2, 0.9, 0.9, 0.9, 0.9, 0.9});
  BOOST_TEST((offer() == Decision(ResumeTrial{0, 1, 3})));
  BOOST_TEST((offer() == Decision(ResumeTrial{1, 1, 3})));
  (void)report(0, 3, 0.1);
  (void)report(1, 3, 0.2);
  BOOST_TEST((offer() == Decision(ResumeTrial{0, 3, 9})));
  BOOST_TEST((offer() == Decision(ResumeTrial{2, 1, 3})));
}

BOOST_FIXTURE_TEST_CASE(a_slot_for_promotions_starts_no_new_trial_and_gives_a_reason, Promotion) {
  fill({0.9, 0.1, 0.5});
  BOOST_TEST((offer(SlotOpened::Offer::promotions) == Decision(ResumeTrial{1, 1, 3})));
  const Decision wait = offer(SlotOpened::Offer::promotions);
  BOOST_TEST(std::get<Wait>(wait).reason ==
             "none of the 2 paused trials may go on yet, and 1 are running");
}

BOOST_FIXTURE_TEST_CASE(pasha_promotes_into_the_top_rung_but_not_out_of_it, Pasha) {
  BOOST_TEST(halving.status().ceiling == 3);
  fill({0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7});
  for (const TrialId trial : {0U, 1U, 2U}) {
    BOOST_TEST((offer() == Decision(ResumeTrial{trial, 1, 3})));
    (void)report(trial, 3, 0.1 * (trial + 1));
  }
  BOOST_TEST((offer() == Decision(StartTrial{7, 1})));
  BOOST_TEST(unlocked.empty());
}

BOOST_FIXTURE_TEST_CASE(pasha_unlocks_a_rung_when_the_top_two_disagree, Pasha) {
  fill({0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7});
  (void)offer();
  (void)offer();
  (void)report(0, 3, 0.3);
  BOOST_TEST((report(1, 3, 0.2) == Decision(PauseTrial{1})));
  BOOST_TEST((unlocked == std::vector{RungUnlocked{9, 0.0, 1}}));
  BOOST_TEST(halving.status().ceiling == 9);
  BOOST_TEST((offer() == Decision(ResumeTrial{1, 3, 9})));
}

BOOST_FIXTURE_TEST_CASE(above_the_last_rung_the_maximum_is_unlocked, NarrowPasha) {
  fill({0.1, 0.2, 0.3, 0.4}, 4);
  for (const TrialId trial : {0U, 1U, 2U})
    BOOST_TEST((offer() == Decision(ResumeTrial{trial, 4, 5})));
  (void)report(0, 5, 0.3);
  (void)report(1, 5, 0.2);
  BOOST_TEST((unlocked == std::vector{RungUnlocked{6, 0.0, 1}}));
  (void)report(2, 5, 0.4);
  BOOST_TEST((offer() == Decision(ResumeTrial{1, 5, 6})));
  BOOST_TEST((offer() == Decision(ResumeTrial{0, 5, 6})));
  (void)report(1, 6, 0.5);
  (void)report(0, 6, 0.4375);
  // The two curves crossed twice: epsilon is their difference at 6.
  BOOST_TEST((unlocked == std::vector{RungUnlocked{7, 0.0625, 0}}));
  BOOST_TEST((offer() == Decision(ResumeTrial{0, 6, 7})));
  BOOST_TEST((report(0, 7, 0.4) == Decision(StopTrial{0, Stopped::max_resource})));
}

BOOST_FIXTURE_TEST_CASE(stopping_pauses_a_trial_that_passes_at_the_progressive_ceiling,
                        ProgressiveStopping) {
  fill({0.3, 0.2, 0.1});
  BOOST_TEST((report(0, 2, 0.3) == Decision(ContinueTrial{0, 3})));
  BOOST_TEST((report(0, 3, 0.3) == Decision(PauseTrial{0})));
  BOOST_TEST((offer() == Decision(StartTrial{3, 1})));
  // Trial 1 is worse than trial 0 at 3 and was better at 1: the rungs disagree.
  BOOST_TEST((report(1, 3, 0.4) == Decision(StopTrial{1, Stopped::below_cutoff})));
  BOOST_TEST((unlocked == std::vector{RungUnlocked{9, 0.0, 1}}));
  BOOST_TEST((offer(SlotOpened::Offer::promotions) == Decision(ResumeTrial{0, 3, 9})));
  // The ceiling has risen: a trial that passes at 3 continues.
  BOOST_TEST((report(2, 3, 0.1) == Decision(ContinueTrial{2, 9})));
}

BOOST_FIXTURE_TEST_CASE(trials_paused_at_the_old_ceiling_are_resumed_best_first,
                        ProgressiveStopping) {
  fill({0.40, 0.30, 0.20, 0.10});
  BOOST_TEST((report(0, 3, 0.40) == Decision(PauseTrial{0})));
  BOOST_TEST((report(1, 3, 0.30) == Decision(PauseTrial{1})));
  BOOST_TEST((report(2, 3, 0.20) == Decision(PauseTrial{2})));
  BOOST_TEST(unlocked.empty());
  BOOST_TEST((report(3, 3, 0.50) == Decision(StopTrial{3, Stopped::below_cutoff})));
  BOOST_TEST(unlocked.size() == 1u);
  for (const TrialId trial : {2U, 1U, 0U})
    BOOST_TEST((offer() == Decision(ResumeTrial{trial, 3, 9})));
  BOOST_TEST((offer() == Decision(StartTrial{4, 1})));
}

BOOST_FIXTURE_TEST_CASE(a_hurdle_stops_a_trial_that_is_worse_than_the_best_incumbent,
                        RushStopping) {
  fill({0.5, 0.4});
  BOOST_TEST((report(start(), 1, 0.4) == Decision(ContinueTrial{2, 3})));  // An equal loss passes.
  fill({0.9, 0.9, 0.9, 0.9, 0.9});
  BOOST_TEST((report(start(), 1, 0.45) == Decision(StopTrial{8, Stopped::below_hurdle})));
  BOOST_TEST(halving.hurdle().losses().at(1) == 0.4);
}

BOOST_FIXTURE_TEST_CASE(an_incumbent_that_fails_the_cutoff_sets_no_hurdle, RushStopping) {
  fill({0.4, 0.5});
  BOOST_TEST(halving.hurdle().losses().at(1) == 0.4);
}

BOOST_FIXTURE_TEST_CASE(a_hurdle_holds_back_a_promotion_and_lets_the_next_one_pass, RushPromotion) {
  fill({0.9, 0.5, 0.6, 0.4, 0.6, 0.6, 0.7, 0.7, 0.7, 0.7});
  BOOST_TEST((offer() == Decision(ResumeTrial{3, 1, 3})));  // The best candidate; no hurdle is set.
  BOOST_TEST((offer() == Decision(ResumeTrial{1, 1, 3})));  // Incumbent 1 sets the hurdle to 0.5.
  BOOST_TEST(halving.hurdle().losses().at(1) == 0.5);
  BOOST_TEST((raised == std::vector<HurdleRaised>{{1, 1, 0.5}}));
  BOOST_TEST(halving.status().hurdle_resource == 1);
  BOOST_TEST(halving.status().hurdle == 0.5);
  // 0.6 passes the cutoff but not the hurdle. Incumbent 0 passes the hurdle but not the cutoff.
  BOOST_TEST(halving.rungs()[0].cutoff().value() >= 0.6);
  BOOST_TEST((offer() == Decision(StartTrial{10, 1})));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
