// Epsilon and soft ranking, compared with direct implementations of their definitions
// (schedulers/README.md, sections 4.2 and 4.3).

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "runtime/core/rng.hpp"
#include "schedulers/rankings/noisy_pairs.hpp"
#include "schedulers/rankings/soft_ranking.hpp"

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(pasha_epsilon)

using Reports = std::map<Resource, double>;  ///< The finite metrics of one trial.

/// |difference| of a pair at the highest common resource in the window; none if it is not noisy.
std::optional<double> noise(const Reports& a, const Reports& b, Resource low, Resource high) {
  for (Resource e = high; e > low; --e) {
    if (!a.contains(e) || !b.contains(e)) continue;
    const bool truth = a.at(e) > b.at(e);
    bool opposite = false;
    for (Resource k = e - 1; k >= 0; --k) {
      if (!a.contains(k) || !b.contains(k)) continue;
      const bool here = a.at(k) > b.at(k);
      if (opposite && here == truth) return std::abs(a.at(e) - b.at(e));
      opposite = opposite || here != truth;
    }
    return std::nullopt;
  }
  return std::nullopt;
}

std::vector<double> noises(const std::vector<Reports>& trials, const std::vector<TrialId>& compared,
                           Resource low, Resource high) {
  std::vector<double> found;
  for (const TrialId a : compared)
    for (const TrialId b : compared)
      if (a < b)
        if (const auto noisy = noise(trials[a], trials[b], low, high)) found.push_back(*noisy);
  std::ranges::sort(found);
  return found;
}

double numpy_percentile(const std::vector<double>& sorted, double q) {
  const double v = static_cast<double>(sorted.size() - 1) * q;
  const auto lo = static_cast<std::size_t>(std::floor(v));
  const double t = v - std::floor(v);
  const double a = sorted[lo];
  const double b = sorted[std::min(lo + 1, sorted.size() - 1)];
  return t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
}

/// Trials that report in a random order, with gaps, late reports, ties and NaN.
class NoisyWorld {
 public:
  NoisyWorld(std::uint64_t seed, Resource low, Resource high, std::size_t compared_max)
      : rng_(seed),
        low_(low),
        high_(high),
        compared_max_(compared_max),
        pairs_(low, high, 90, compared_max) {}

  void run(std::size_t trials, int reports) {
    curves_.resize(trials);
    reports_.resize(trials);
    for (std::size_t i = 0; i < trials; ++i) loss_below_.push_back(std::floor(rng_.uniform() * 20));
    for (int i = 0; i < reports; ++i) {
      report();
      agree();
    }
  }

 private:
  void report() {
    const auto trial = static_cast<TrialId>(rng_.below(curves_.size()));
    const auto last = curves_[trial].last();
    Resource resource = last ? last->resource + 1 : 1;
    if (rng_.below(6) == 0) resource += 2;                                     // Skip resources.
    if (rng_.below(8) == 0) resource = static_cast<Resource>(rng_.below(12));  // A late report.
    if (resource > high_ + 3 || curves_[trial].at(resource)) return;
    const double metric = rng_.below(20) == 0 ? std::numeric_limits<double>::quiet_NaN()
                                              : std::floor(rng_.uniform() * 8) / 8;
    curves_[trial].add(resource, metric);
    pairs_.report(trial, resource, curves_, loss_below_[trial]);
    if (!std::isfinite(metric)) return;
    reports_[trial][resource] = metric;
    if (resource > low_ && resource <= high_ && std::ranges::count(window_, trial) == 0)
      window_.push_back(trial);
  }

  /// The best trials of the window by their loss in the lower rung; ties in the order of their
  /// first report in the window. Sorting the whole window gives the same set as evicting one by
  /// one.
  [[nodiscard]] std::vector<TrialId> compared() const {
    std::vector<TrialId> best = window_;
    std::ranges::stable_sort(best, {}, [&](TrialId trial) { return loss_below_[trial]; });
    best.resize(std::min(best.size(), compared_max_));
    return best;
  }

  void agree() {
    const auto expected = noises(reports_, compared(), low_, high_);
    BOOST_REQUIRE_EQUAL(pairs_.noisy_pairs(), expected.size());
    BOOST_REQUIRE_EQUAL(pairs_.capped(), window_.size() > compared_max_);
    const auto percentile = pairs_.percentile();
    BOOST_REQUIRE_EQUAL(percentile.has_value(), !expected.empty());
    if (percentile) BOOST_REQUIRE_EQUAL(*percentile, numpy_percentile(expected, 0.9));
  }

  Rng rng_;
  Resource low_;
  Resource high_;
  std::size_t compared_max_;
  NoisyPairs pairs_;
  std::vector<Curve> curves_;
  std::vector<Reports> reports_;
  std::vector<double> loss_below_;
  std::vector<TrialId> window_;
};

/// Soft ranking as the reference computes it: a walk outwards from i while losses are within
/// epsilon.
bool walk_agrees(const std::vector<std::pair<double, double>>& trials, double epsilon) {
  auto upper = trials;
  auto lower = trials;
  std::ranges::stable_sort(upper, {}, [](const auto& t) { return t.second; });
  std::ranges::stable_sort(lower, {}, [](const auto& t) { return t.first; });
  if (lower.size() < 2) epsilon = 0;
  for (std::size_t i = 0; i < lower.size(); ++i) {
    const double y = lower[i].first;
    std::size_t from = i;
    std::size_t to = i;
    while (from > 0 && !(lower[from - 1].first < y - epsilon)) --from;
    while (to + 1 < lower.size() && !(lower[to + 1].first > y + epsilon)) ++to;
    bool in_group = false;
    for (std::size_t j = from; j <= to; ++j)
      in_group = in_group || lower[j].first == upper[i].first;
    if (!in_group) return false;
  }
  return true;
}

BOOST_AUTO_TEST_CASE(is_the_percentile_over_all_noisy_pairs_after_every_report) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) BOOST_TEST_CONTEXT("seed " << seed)
  NoisyWorld(seed, seed % 3 == 0 ? 1 : 3, 9, 2'000).run(3 + seed % 15, 160);
}

BOOST_AUTO_TEST_CASE(compares_only_the_best_of_the_lower_rung_beyond_the_cap) {
  for (std::uint64_t seed = 0; seed < 60; ++seed)
    BOOST_TEST_CONTEXT("seed " << seed) NoisyWorld(seed, 3, 9, 2 + seed % 7).run(14, 200);
}

BOOST_AUTO_TEST_CASE(two_curves_that_cross_twice_are_noisy_and_once_are_not) {
  const auto judge = [](const std::vector<double>& a, const std::vector<double>& b) {
    NoisyPairs pairs(1, 3, 90);
    std::vector<Curve> curves(2);
    for (std::size_t e = 0; e < a.size(); ++e)
      for (TrialId trial : {0U, 1U}) {
        curves[trial].add(static_cast<Resource>(e) + 1, (trial == 0 ? a : b)[e]);
        pairs.report(trial, static_cast<Resource>(e) + 1, curves, 0);
      }
    return pairs.percentile().value_or(-1);
  };
  BOOST_TEST(judge({1, 2, 1}, {2, 1, 4}) == 3.0);
  BOOST_TEST(judge({1, 2, 2}, {2, 1, 1}) == -1.0);
  BOOST_TEST(judge({1, 1, 1}, {2, 2, 2}) == -1.0);
  // Equal metrics count as "the trial with the smaller id is not greater".
  BOOST_TEST(judge({1, 2, 1}, {1, 1, 1}) == 0.0);
  BOOST_TEST(judge({1, 1, 1}, {1, 2, 1}) == -1.0);
}

BOOST_AUTO_TEST_CASE(soft_ranking_agrees_with_the_walk_of_the_reference) {
  int agreed = 0;
  int disagreed = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Rng rng(seed);
    SoftRanking ranking;
    std::vector<std::pair<double, double>> trials;  // Losses in the lower and in the upper rung.
    for (int i = 0; i < 12; ++i) {
      const double below = std::floor(rng.uniform() * 30) / 10;
      const double above = below + std::floor(rng.uniform() * 3) / 10;
      trials.emplace_back(below, above);
      ranking.enter(above, below);
      for (const double epsilon : {0.0, 0.1, 0.2, 0.3, rng.uniform()}) {
        const bool expected = walk_agrees(trials, epsilon);
        BOOST_REQUIRE_EQUAL(ranking.agrees(epsilon), expected);
        (expected ? agreed : disagreed) += 1;
      }
    }
  }
  BOOST_TEST(agreed > 1'000);
  BOOST_TEST(disagreed > 1'000);
}

BOOST_AUTO_TEST_CASE(soft_ranking_leaves_out_metrics_that_are_not_finite) {
  const double infinity = std::numeric_limits<double>::infinity();
  SoftRanking ranking;
  ranking.enter(0.1, 0.5);
  ranking.enter(infinity, 0.1);
  ranking.enter(0.05, infinity);
  ranking.enter(0.2, 0.6);
  BOOST_TEST(ranking.agrees(0));
  ranking.enter(0.3, 0.2);
  BOOST_TEST(!ranking.agrees(0));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
