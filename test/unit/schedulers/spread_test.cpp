#include "schedulers/rankings/spread.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "runtime/core/rng.hpp"

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(spreads)

/// The distances of all pairs, in rising order.
std::vector<double> distances(const std::vector<double>& numbers) {
  std::vector<double> all;
  for (std::size_t i = 0; i < numbers.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) all.push_back(std::abs(numbers[i] - numbers[j]));
  std::ranges::sort(all);
  return all;
}

std::vector<double> some_numbers(Rng& rng, std::size_t n, bool ties) {
  std::vector<double> numbers;
  for (std::size_t i = 0; i < n; ++i)
    numbers.push_back(ties ? static_cast<double>(rng.below(4)) : rng.uniform(-2, 3));
  std::ranges::sort(numbers);
  return numbers;
}

BOOST_AUTO_TEST_CASE(are_zero_of_fewer_than_two_numbers) {
  for (const auto rule : {EpsilonRule::sigma, EpsilonRule::mean, EpsilonRule::median}) {
    BOOST_TEST(spread(rule, {}) == 0);
    BOOST_TEST(spread(rule, {5}) == 0);
  }
}

BOOST_AUTO_TEST_CASE(agree_with_their_definitions_with_and_without_ties) {
  Rng rng(3);
  for (std::size_t n = 2; n < 40; ++n)
    for (const bool ties : {false, true}) {
      const auto numbers = some_numbers(rng, n, ties);
      const auto all = distances(numbers);
      double sum = 0;
      for (const double distance : all) sum += distance;
      const std::size_t half = all.size() / 2;
      const double median = all.size() % 2 == 1 ? all[half] : (all[half - 1] + all[half]) / 2;
      BOOST_TEST(median_distance(numbers) == median);
      BOOST_TEST(mean_distance(numbers) == sum / static_cast<double>(all.size()),
                 boost::test_tools::tolerance(1e-12));
      // The variance is half the mean of (x_i - x_j)^2 over all i and j.
      double squares = 0;
      for (const double distance : all) squares += distance * distance;
      const auto count = static_cast<double>(n);
      BOOST_TEST(standard_deviation(numbers) == std::sqrt(squares) / count,
                 boost::test_tools::tolerance(1e-12));
    }
}

BOOST_AUTO_TEST_CASE(the_median_is_zero_where_most_numbers_are_equal) {
  BOOST_TEST(median_distance({1, 1, 1, 1, 9}) == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
