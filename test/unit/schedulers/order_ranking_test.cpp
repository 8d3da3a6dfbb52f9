#include "schedulers/rankings/order_ranking.hpp"

#include <optional>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "schedulers/async_successive_halving.hpp"

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(order_ranking)

using Order = std::vector<RankedTrial>;

const Order upper{{4, 1.0}, {7, 2.0}, {1, 4.0}};
const Order swapped{{7, 2.0}, {4, 1.0}, {1, 4.0}};
const Order reversed{{1, 4.0}, {7, 2.0}, {4, 1.0}};

const auto close = boost::test_tools::tolerance(1e-12);

BOOST_AUTO_TEST_CASE(equal_orders_overlap_fully_only_when_extrapolated) {
  BOOST_TEST(rank_biased_overlap(upper, upper, 0.5, RankingForm::paper) == 1.0, close);
  BOOST_TEST(rank_biased_overlap(upper, upper, 0.5, RankingForm::reference) == 1 - 0.125, close);
  BOOST_TEST(rank_biased_overlap(upper, upper, 1, RankingForm::reference) == 1.0, close);
}

BOOST_AUTO_TEST_CASE(overlap_counts_the_agreement_at_each_depth) {
  // Agreements at depth 1, 2, 3: 0, 1, 1.
  BOOST_TEST(rank_biased_overlap(upper, swapped, 1, RankingForm::paper) == 2.0 / 3, close);
  BOOST_TEST(rank_biased_overlap(upper, swapped, 0.5, RankingForm::reference) == 0.375, close);
  BOOST_TEST(rank_biased_overlap(upper, swapped, 0.5, RankingForm::paper) == 0.5, close);
}

BOOST_AUTO_TEST_CASE(regret_is_relative_to_the_upper_metric_at_each_position) {
  // Regrets of the positions: (2 - 1)/1, (1 - 2)/2, 0.
  BOOST_TEST(relative_regret(upper, swapped, 1, Mode::min, Regret::relative) == 0.5 / 3, close);
  BOOST_TEST(relative_regret(upper, swapped, 1, Mode::min, Regret::absolute_relative) == 1.5 / 3,
             close);
  BOOST_TEST(relative_regret(upper, swapped, 0.5, Mode::min, Regret::relative) == 0.75 / 1.75,
             close);
  BOOST_TEST(relative_regret(upper, upper, 0.5, Mode::min, Regret::relative) == 0.0, close);
}

BOOST_AUTO_TEST_CASE(regret_of_an_accuracy_has_the_other_sign) {
  const Order best_first{{1, 4.0}, {7, 2.0}};
  const Order other{{7, 2.0}, {1, 4.0}};
  BOOST_TEST(relative_regret(best_first, other, 1, Mode::max, Regret::relative) == (0.5 - 1) / 2,
             close);
}

BOOST_AUTO_TEST_CASE(no_regret_where_both_are_zero) {
  const Order zeros{{0, 0.0}, {1, 0.0}};
  BOOST_TEST(relative_regret(zeros, zeros, 1, Mode::min, Regret::relative) == 0.0);
}

BOOST_AUTO_TEST_CASE(each_criterion_decides_by_its_threshold) {
  double score = -1;
  RankingOptions options{.criterion = RankingCriterion::direct};
  BOOST_TEST(orders_agree(options, Mode::min, upper, upper, score));
  BOOST_TEST(!orders_agree(options, Mode::min, upper, swapped, score));
  BOOST_TEST(score == -1);
  options = {.criterion = RankingCriterion::rbo};
  BOOST_TEST(orders_agree(options, Mode::min, upper, swapped, score));  // Score 2/3, threshold 0.5.
  BOOST_TEST(score == 2.0 / 3, close);
  options.t = 0.7;
  BOOST_TEST(!orders_agree(options, Mode::min, upper, swapped, score));
  options = {.criterion = RankingCriterion::rrr};
  BOOST_TEST(
      !orders_agree(options, Mode::min, upper, swapped, score));  // Score 1/6, threshold 0.05.
  options.t = 0.2;
  BOOST_TEST(orders_agree(options, Mode::min, upper, swapped, score));
  options.criterion = RankingCriterion::arrr;
  BOOST_TEST(!orders_agree(options, Mode::min, upper, swapped, score));  // Score 1/2.
}

BOOST_AUTO_TEST_CASE(each_bad_option_is_named) {
  const auto complaints = [](const RankingOptions& options) {
    std::string names;
    for (const auto& problem : problems(options)) names += std::string(problem.option) + " ";
    return names;
  };
  BOOST_TEST(complaints({}) == "");
  BOOST_TEST(complaints({.percentile = -1}) == "ranking.percentile ");
  BOOST_TEST(complaints({.epsilon = -0.1}) == "ranking.epsilon ");
  BOOST_TEST(complaints({.m = -1}) == "ranking.m ");
  BOOST_TEST(complaints({.p = 0}) == "ranking.p ");
  BOOST_TEST(complaints({.criterion = RankingCriterion::rbo, .t = 1.5}) == "ranking.t ");
  BOOST_TEST(complaints({.criterion = RankingCriterion::rrr, .t = 1.5}) == "");
}

/// Epsilon of the spread of the rung at 1: form `paper` measures all its trials, form `reference`
/// those that reached the rung at 3 too.
double epsilon_after_two_promotions(EpsilonRule rule, std::optional<RankingForm> form) {
  AsyncSuccessiveHalvingOptions options{.rule = Rule::promotion,
                                        .ceiling = Ceiling::progressive,
                                        .max_resource = 27,
                                        .ranking = {.epsilon_rule = rule, .m = 2, .form = form}};
  AsyncSuccessiveHalving halving(options);
  for (TrialId trial = 0; trial < 7; ++trial) (void)halving.on(SlotOpened{});
  for (TrialId trial = 0; trial < 7; ++trial)
    (void)halving.on(ReportReceived{trial, 1, trial * 1.0});
  for (TrialId trial = 0; trial < 2; ++trial) {
    (void)halving.on(SlotOpened{});
    (void)halving.on(ReportReceived{trial, 3, trial * 1.0});
  }
  return halving.status().epsilon;
}

BOOST_AUTO_TEST_CASE(form_paper_measures_the_lower_rung_and_form_reference_the_common_trials) {
  const auto paper = RankingForm::paper;
  const auto reference = RankingForm::reference;
  BOOST_TEST(epsilon_after_two_promotions(EpsilonRule::sigma, paper) == 4.0, close);
  BOOST_TEST(epsilon_after_two_promotions(EpsilonRule::sigma, reference) == 1.0, close);
  BOOST_TEST(epsilon_after_two_promotions(EpsilonRule::sigma, std::nullopt) == 1.0, close);
  BOOST_TEST(epsilon_after_two_promotions(EpsilonRule::mean, paper) == 2 * 8.0 / 3, close);
  BOOST_TEST(epsilon_after_two_promotions(EpsilonRule::mean, reference) == 2.0, close);
  BOOST_TEST(epsilon_after_two_promotions(EpsilonRule::median, paper) == 2 * 2.0, close);
  BOOST_TEST(epsilon_after_two_promotions(EpsilonRule::median, reference) == 2.0, close);
}

BOOST_AUTO_TEST_CASE(a_fixed_epsilon_tolerates_a_swap_of_smaller_distance) {
  for (const double epsilon : {0.5, 1.0}) {
    AsyncSuccessiveHalvingOptions options{
        .rule = Rule::promotion,
        .ceiling = Ceiling::progressive,
        .max_resource = 27,
        .ranking = {.epsilon_rule = EpsilonRule::fixed, .epsilon = epsilon}};
    AsyncSuccessiveHalving halving(options);
    for (TrialId trial = 0; trial < 7; ++trial) (void)halving.on(SlotOpened{});
    for (TrialId trial = 0; trial < 7; ++trial)
      (void)halving.on(ReportReceived{trial, 1, trial * 1.0});
    for (TrialId trial = 0; trial < 2; ++trial) (void)halving.on(SlotOpened{});
    (void)halving.on(ReportReceived{0, 3, 0.9});
    (void)halving.on(ReportReceived{1, 3, 0.8});
    BOOST_TEST(halving.status().ceiling == (epsilon < 1 ? 9 : 3));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
