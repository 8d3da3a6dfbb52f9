#include "schedulers/surrogates/ped_anova.hpp"

#include <limits>
#include <numeric>

#include <boost/test/unit_test.hpp>

#include "runtime/core/rng.hpp"

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(importance)

BOOST_AUTO_TEST_CASE(the_parameter_that_decides_has_nearly_all_importance) {
  Rng rng = Rng::stream(1, "importance", 0);
  std::vector<double> observations;
  std::vector<double> losses;
  for (int i = 0; i < 300; ++i) {
    const double decides = rng.uniform();
    const double noise = rng.uniform();
    const auto choice = static_cast<double>(rng.below(3));
    observations.insert(observations.end(), {decides, noise, choice});
    losses.push_back((decides - 0.3) * (decides - 0.3) + 0.001 * rng.uniform());
  }
  const auto found = ped_anova({0, 0, 3}, observations, losses);
  BOOST_TEST(found[0] > 0.8);
  BOOST_TEST(std::accumulate(found.begin(), found.end(), 0.0) == 1.0,
             boost::test_tools::tolerance(1e-12));
}

BOOST_AUTO_TEST_CASE(a_choice_that_decides_is_found_too) {
  Rng rng = Rng::stream(2, "importance", 0);
  std::vector<double> observations;
  std::vector<double> losses;
  for (int i = 0; i < 200; ++i) {
    const auto choice = static_cast<double>(rng.below(4));
    observations.insert(observations.end(), {rng.uniform(), choice});
    losses.push_back(choice == 2 ? rng.uniform() : 1 + rng.uniform());
  }
  BOOST_TEST(ped_anova({0, 4}, observations, losses)[1] > 0.8);
}

BOOST_AUTO_TEST_CASE(inactive_and_constant_values_have_none) {
  std::vector<double> observations;
  std::vector<double> losses;
  for (int i = 0; i < 30; ++i) {
    observations.insert(observations.end(),
                        {0.5, std::numeric_limits<double>::quiet_NaN(), i / 30.0});
    losses.push_back(i);
  }
  const auto found = ped_anova({0, 0, 0}, observations, losses);
  BOOST_TEST(found[0] < 1e-12);
  BOOST_TEST(found[1] == 0.0);
  BOOST_TEST(found[2] > 0.99);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
