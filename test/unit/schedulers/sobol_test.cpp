#include <algorithm>
#include <cmath>
#include <set>

#include <boost/test/unit_test.hpp>

#include "runtime/core/rng.hpp"
#include "schedulers/searchers/sobol_searcher.hpp"
#include "schedulers/searchers/sobol_sequence.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(sobol)

using Points = std::vector<std::vector<double>>;

Points points_of(SobolSequence sequence, std::size_t count) {
  Points points;
  for (std::size_t i = 0; i < count; ++i) points.push_back(sequence.next());
  return points;
}

/// L2 star discrepancy of points in the unit cube, by Warnock's formula; 0 for a perfectly even
/// set.
double discrepancy(const Points& points) {
  const auto n = static_cast<double>(points.size());
  const std::size_t dimensions = points.front().size();
  double single = 0, pairs = 0;
  for (const auto& x : points) {
    double product = 1;
    for (const double coordinate : x) product *= (1 - coordinate * coordinate) / 2;
    single += product;
    for (const auto& y : points) {
      double common = 1;
      for (std::size_t d = 0; d < dimensions; ++d) common *= 1 - std::max(x[d], y[d]);
      pairs += common;
    }
  }
  return std::sqrt(std::pow(3.0, -static_cast<double>(dimensions)) - 2 / n * single +
                   pairs / (n * n));
}

BOOST_AUTO_TEST_CASE(each_interval_of_each_dimension_gets_one_point) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Points points = points_of(SobolSequence(12, seed), 256);
    for (std::size_t dimension = 0; dimension < 12; ++dimension)
      for (const std::size_t count : {2U, 16U, 256U}) {
        std::set<std::size_t> intervals;
        for (std::size_t i = 0; i < count; ++i)
          intervals.insert(
              static_cast<std::size_t>(points[i][dimension] * static_cast<double>(count)));
        BOOST_TEST_REQUIRE(intervals.size() == count, "dimension " << dimension);
      }
  }
}

BOOST_AUTO_TEST_CASE(each_box_of_the_first_two_dimensions_gets_one_point) {
  const Points points = points_of(SobolSequence(2, 7), 256);
  for (const std::size_t columns : {2U, 8U, 16U, 64U}) {
    std::set<std::pair<std::size_t, std::size_t>> boxes;
    for (const auto& point : points)
      boxes.emplace(static_cast<std::size_t>(point[0] * static_cast<double>(columns)),
                    static_cast<std::size_t>(point[1] * 256 / static_cast<double>(columns)));
    BOOST_TEST(boxes.size() == 256u);
  }
}

BOOST_AUTO_TEST_CASE(has_a_lower_discrepancy_than_random_points) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Rng rng(seed);
    Points random(128, std::vector<double>(4));
    for (auto& point : random)
      for (double& coordinate : point) coordinate = rng.uniform();
    BOOST_TEST(discrepancy(points_of(SobolSequence(4, seed), 128)) < discrepancy(random) / 2);
  }
}

BOOST_AUTO_TEST_CASE(scrambling_depends_on_the_seed_and_gives_each_dimension_its_own) {
  BOOST_TEST((points_of(SobolSequence(3, 1), 8) == points_of(SobolSequence(3, 1), 8)));
  BOOST_TEST((points_of(SobolSequence(3, 1), 8) != points_of(SobolSequence(3, 2), 8)));
  // The first point is the scrambled origin: uniform over seeds.
  double sum = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    const auto first = SobolSequence(2, seed).next();
    BOOST_TEST_REQUIRE(first[0] != first[1]);
    sum += first[0];
  }
  BOOST_TEST(std::abs(sum / 1000 - 0.5) < 5 * 0.2887 / std::sqrt(1000.0));  // 5 sigma.
}

BOOST_AUTO_TEST_CASE(a_suggestion_takes_the_next_point_for_each_parameter_searched) {
  const Space space({{"lr", LogUniform{1e-4, 1}},
                     {"epochs", Constant{std::int64_t{9}}},
                     {"units", RandInt{1, 1 << 30}}});
  SobolSearcher searcher(space, 5, {{{"lr", 0.5}}});
  SobolSequence sequence(2, 5);
  BOOST_TEST((*find(searcher.suggest(0).value().config, "lr") == Value{0.5}));
  for (TrialId trial = 1; trial < 50; ++trial) {
    const auto point = sequence.next();
    const Proposal proposal = searcher.suggest(trial).value();
    const Config& config = proposal.config;
    searcher.learn(ConfigAssigned{trial, config, proposal.state});
    BOOST_TEST((*find(config, "lr") == value_at(LogUniform{1e-4, 1}, point[0])));
    BOOST_TEST((*find(config, "units") == value_at(RandInt{1, 1 << 30}, point[1])));
  }
}

BOOST_AUTO_TEST_CASE(has_a_dimension_for_each_of_many_parameters) {
  const auto point = SobolSequence(SobolSequence::dimensions_max, 3).next();
  BOOST_TEST(point.size() == SobolSequence::dimensions_max);
  BOOST_TEST(std::ranges::all_of(point, [](double x) { return x >= 0 && x < 1; }));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
