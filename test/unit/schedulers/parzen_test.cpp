// The Parzen estimator and rank correlations.

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "runtime/core/rng.hpp"
#include "schedulers/surrogates/parzen_estimator.hpp"
#include "schedulers/surrogates/rank_correlation.hpp"

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(parzen)

constexpr double absent = std::numeric_limits<double>::quiet_NaN();

BOOST_AUTO_TEST_CASE(a_density_has_the_mass_one) {
  // A number and a choice of three; one observation lacks the number, one the choice.
  const ParzenEstimator estimator({0, 3}, {0.1, 2, 0.95, 0, absent, 1, 0.5, absent});
  double mass = 0;
  constexpr int steps = 2000;
  for (int choice = 0; choice < 3; ++choice)
    for (int i = 0; i < steps; ++i)
      mass += std::exp(estimator.log_density(
                  std::vector{(i + 0.5) / steps, static_cast<double>(choice)})) /
              steps;
  BOOST_TEST(std::abs(mass - 1) < 1e-6);
}

BOOST_AUTO_TEST_CASE(draws_have_the_density) {
  const ParzenEstimator estimator({0, 3}, {0.1, 2, 0.15, 2, 0.9, 0});
  Rng rng(5);
  constexpr int draws = 40'000;
  std::vector<double> share(30);  // Ten parts of the number for each choice.
  for (int i = 0; i < draws; ++i) {
    const auto drawn = estimator.draw(rng);
    BOOST_TEST_REQUIRE((drawn[0] >= 0 && drawn[0] <= 1));
    const auto part = std::min(static_cast<std::size_t>(drawn[0] * 10), std::size_t{9});
    share[static_cast<std::size_t>(drawn[1]) * 10 + part] += 1.0 / draws;
  }
  for (std::size_t at = 0; at < share.size(); ++at) {
    const std::size_t choice = at / 10;
    double expected = 0;
    constexpr int steps = 200;
    for (int i = 0; i < steps; ++i)
      expected += std::exp(estimator.log_density(
                      std::vector{(static_cast<double>(at % 10) + (i + 0.5) / steps) / 10,
                                  static_cast<double>(choice)})) /
                  (10 * steps);
    BOOST_TEST(std::abs(share[at] - expected) < 0.01);
  }
}

BOOST_AUTO_TEST_CASE(the_best_proposal_is_near_the_good_observations) {
  Rng rng(6);
  std::vector<double> rows;
  std::vector<double> losses;
  for (int i = 0; i < 200; ++i) {
    const double x = rng.uniform();
    const auto choice = static_cast<double>(rng.below(3));
    rows.insert(rows.end(), {x, choice});
    losses.push_back(std::abs(x - 0.7) + (choice == 1 ? 0 : 0.5));
  }
  int near = 0;
  for (int i = 0; i < 50; ++i) {
    const auto best = parzen_proposals({0, 3}, rows, losses, {}, 24, rng).front();
    if (std::abs(best[0] - 0.7) < 0.15 && best[1] == 1) ++near;
  }
  BOOST_TEST(near >= 40);
}

BOOST_AUTO_TEST_CASE(equal_losses_and_duplicates_are_no_special_case) {
  Rng rng(7);
  const std::vector<double> rows(60, 0.5);  // Of two numbers.
  for (const double loss : {0.0, 1e30})
    for (const auto& one :
         parzen_proposals({0, 0}, rows, std::vector<double>(30, loss), rows, 24, rng))
      BOOST_TEST((std::isfinite(one[0]) && std::isfinite(one[1])));
}

BOOST_AUTO_TEST_CASE(a_rank_correlation_is_that_of_ranks_with_ties) {
  BOOST_TEST(!rank_correlation({1, 2, 3}, {1, 2, 3}).has_value());
  BOOST_TEST(!rank_correlation({1, 2, 3, 4}, {7, 7, 7, 7}).has_value());
  const auto same = rank_correlation({1, 5, 2, 9, 4, 8}, {1, 500, 20, 1e30, 40, 801});
  BOOST_TEST(std::abs(same.value().value - 1) < 1e-12);
  BOOST_TEST(same->lower > 0);
  // Four pairs in order may be chance.
  BOOST_TEST(rank_correlation({1, 2, 3, 4}, {1, 2, 3, 4})->lower < 0);
  // Ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4: 4.5 / sqrt(4.5 * 5).
  const auto tied = rank_correlation({1, 2, 2, 3}, {1, 3, 2, 4});
  BOOST_TEST(std::abs(tied->value - 4.5 / std::sqrt(22.5)) < 1e-12);
  const auto opposite = rank_correlation({1, 2, 3, 4, 5, 6}, {6, 5, 4, 3, 2, 1});
  BOOST_TEST(std::abs(opposite->value + 1) < 1e-12);
  BOOST_TEST(opposite->lower < -0.9);
}

BOOST_AUTO_TEST_CASE(the_bound_of_a_rank_correlation_holds_nineteen_times_in_twenty) {
  Rng rng(8);
  int above = 0;
  constexpr int rounds = 1000;
  for (int round = 0; round < rounds; ++round) {
    std::vector<double> a;
    std::vector<double> b;
    for (int i = 0; i < 15; ++i) {
      a.push_back(rng.uniform());
      b.push_back(rng.uniform());
    }
    if (rank_correlation(a, b)->lower > 0) ++above;  // Without any relation.
  }
  BOOST_TEST(above > rounds * 3 / 100);
  BOOST_TEST(above < rounds * 8 / 100);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
