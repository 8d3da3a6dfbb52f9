#include "schedulers/async_successive_halving_options.hpp"

#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "runtime/core/check.hpp"
#include "schedulers/async_successive_halving.hpp"
#include "schedulers/scheduler_options.hpp"

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(halving_options)

using Levels = std::vector<Resource>;

AsyncSuccessiveHalvingOptions ladder(Resource lowest, double factor, Resource highest) {
  AsyncSuccessiveHalvingOptions options;
  options.grace_period = lowest;
  options.reduction_factor = factor;
  options.max_resource = highest;
  return options;
}

/// The names of the options with problems.
std::string complaints(const AsyncSuccessiveHalvingOptions& options) {
  std::string names;
  for (const auto& problem : problems(options)) {
    BOOST_TEST(problem.what.find(problem.option == "max_resource" ? "maximum" : problem.option) !=
               std::string::npos);
    names += std::string(problem.option) + " ";
  }
  return names;
}

BOOST_AUTO_TEST_CASE(rungs_rise_by_the_reduction_factor_and_stay_below_the_maximum) {
  BOOST_TEST((rung_levels(ladder(1, 3, 81)) == Levels{1, 3, 9, 27}));
  BOOST_TEST((rung_levels(ladder(1, 3, 200)) == Levels{1, 3, 9, 27, 81}));
  BOOST_TEST((rung_levels(ladder(2, 4, 50)) == Levels{2, 8, 32}));
  BOOST_TEST((rung_levels(ladder(1, 3, 82)) == Levels{1, 3, 9, 27, 81}));
}

BOOST_AUTO_TEST_CASE(a_fractional_factor_rounds_half_to_even) {
  BOOST_TEST((rung_levels(ladder(1, 2.5, 30)) == Levels{1, 2, 6, 16}));  // 1, 2.5, 6.25, 15.6
  BOOST_TEST((rung_levels(ladder(3, 2.5, 40)) == Levels{3, 8, 19}));     // 3, 7.5, 18.75
}

BOOST_AUTO_TEST_CASE(a_last_level_that_rounds_to_the_maximum_is_removed) {
  BOOST_TEST((rung_levels(ladder(1, 2.6, 7)) == Levels{1, 3}));  // 6.76 rounds to 7.
}

BOOST_AUTO_TEST_CASE(a_ladder_may_have_one_rung) {
  BOOST_TEST((rung_levels(ladder(27, 3, 81)) == Levels{27}));
}

BOOST_AUTO_TEST_CASE(an_increment_or_explicit_levels_replace_the_factor) {
  auto options = ladder(2, 3, 27);
  options.rung_increment = 5;
  BOOST_TEST((rung_levels(options) == Levels{2, 7, 12, 17, 22}));
  options.rung_levels = {2, 9, 27};
  BOOST_TEST((rung_levels(options) == Levels{2, 9}));
}

BOOST_AUTO_TEST_CASE(fractions_are_the_ratios_of_neighbouring_levels) {
  const auto fractions = promotion_fractions(ladder(1, 3, 200));
  BOOST_TEST(fractions.size() == 5u);
  BOOST_TEST(fractions[0] == 1.0 / 3);
  BOOST_TEST(fractions[4] == 81.0 / 200);
}

BOOST_AUTO_TEST_CASE(each_bad_value_is_named) {
  BOOST_TEST(complaints(ladder(1, 3, 81)) == "");
  BOOST_TEST(complaints(ladder(0, 3, 81)) == "grace_period ");
  BOOST_TEST(complaints(ladder(5, 3, 5)) == "max_resource ");
  BOOST_TEST(complaints(ladder(1, 1.9, 81)) == "reduction_factor ");
  BOOST_TEST(complaints(ladder(1, std::nan(""), 81)) == "reduction_factor ");
  BOOST_TEST(complaints(ladder(0, 1, 0)) == "grace_period max_resource reduction_factor ");
  auto options = ladder(1, 3, 81);
  options.ceiling = Ceiling::progressive;
  options.ranking.percentile = 101;
  BOOST_TEST(complaints(options) == "ranking.percentile ");
  options = ladder(1, 3, 81);
  options.rung_increment = 0;
  BOOST_TEST(complaints(options) == "rung_increment ");
  options = ladder(1, 3, 1'000'000'000'000);
  options.rung_increment = 1;
  BOOST_TEST(complaints(options) == "rung_increment ");
  for (const Levels& levels :
       {Levels{3}, Levels{3, 3}, Levels{9, 3}, Levels{0, 3}, Levels{3, 82}}) {
    options = ladder(1, 3, 81);
    options.rung_levels = levels;
    BOOST_TEST(complaints(options) == "rung_levels ");
  }
}

BOOST_AUTO_TEST_CASE(bad_options_make_no_scheduler) {
  const auto refused = make_scheduler(ladder(9, 3, 3));
  BOOST_TEST(refused.error().what ==
             "the maximum resource is 3; it must be more than grace_period, which is 9");
  BOOST_CHECK_THROW(AsyncSuccessiveHalving{ladder(9, 3, 3)}, CheckFailure);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
