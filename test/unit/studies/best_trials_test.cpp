#include "actors/study/best_trials.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "runtime/core/rng.hpp"
#include "test/unit/studies/core_world.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(best_trials)

using schedulers::Resource;
using schedulers::TrialId;
using Best = BestTrials::Best;

/// Both answers by their definitions, from all reports.
struct Naive {
  bool maximize = false;
  std::map<TrialId, std::map<Resource, double>> curves;
  std::set<TrialId> failed;

  bool better(double a, double b) const { return maximize ? a > b : a < b; }

  std::optional<Best> model() const {
    std::optional<Best> best;
    for (const auto& [trial, curve] : curves) {
      if (failed.contains(trial)) continue;
      const auto& [resource, metric] = *curve.rbegin();
      if (!std::isfinite(metric)) continue;
      const bool first = !best || better(metric, best->metric) ||
                         (metric == best->metric && resource > best->resource);
      if (first) best = Best{trial, resource, metric};
    }
    return best;
  }

  std::optional<Best> shared() const {
    std::map<Resource, std::vector<Best>> levels;
    for (const auto& [trial, curve] : curves)
      if (!failed.contains(trial))
        for (const auto& [resource, metric] : curve)
          levels[resource].push_back({trial, resource, metric});
    for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
      if (level->second.size() < 2) continue;
      std::optional<Best> best;
      for (const Best& one : level->second)
        if (std::isfinite(one.metric) && (!best || better(one.metric, best->metric))) best = one;
      if (best) return best;
    }
    return std::nullopt;
  }
};

bool holds(const std::vector<TrialId>& trials, const std::optional<Best>& best) {
  return !best || std::ranges::find(trials, best->trial) != trials.end();
}

/// Few trials, resources and metrics, so that ties and shared resources are frequent.
void compare_with_naive(std::uint64_t seed) {
  Rng rng(seed);
  Naive naive{.maximize = rng.below(2) == 0, .curves = {}, .failed = {}};
  BestTrials best(naive.maximize);
  std::set<TrialId> over;
  std::vector<TrialId> kept_before;
  for (int step = 0; step < 200; ++step) {
    const auto trial = static_cast<TrialId>(rng.below(8));
    if (over.contains(trial)) continue;
    const std::uint64_t what = rng.below(12);
    std::optional<TrialId> reporter;
    if (what == 0) {
      naive.failed.insert(trial);
      over.insert(trial);
      best.fail(trial);
    } else if (what == 1) {
      over.insert(trial);
      best.settle(trial);
    } else {
      const auto resource = static_cast<Resource>(1 + rng.below(6));
      const double metrics[] = {
          0.0, -0.0, 0.25, 0.5, 0.75, std::nan(""), std::numeric_limits<double>::infinity()};
      const double metric = metrics[rng.below(7)];
      naive.curves[trial][resource] = metric;
      best.report(trial, resource, metric);
      reporter = trial;
    }
    BOOST_REQUIRE((best.model() == naive.model()));
    BOOST_REQUIRE((best.shared() == naive.shared()));
    BOOST_REQUIRE((best.retrain() == (naive.shared() ? naive.shared() : naive.model())));
    // A checkpoint of a settled trial that was not kept once is gone: the best model has its own.
    const std::vector<TrialId> kept = best.contenders();
    BOOST_REQUIRE(holds(kept, best.model()) && holds(kept, best.retrain()));
    if (best.model() && over.contains(best.model()->trial) && !kept_before.empty() && what != 1)
      BOOST_REQUIRE(holds(kept_before, best.model()));
    kept_before = kept;
  }
}

BOOST_AUTO_TEST_CASE(the_same_as_the_definitions_whatever_is_reported_replaced_and_fails) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed)
    BOOST_TEST_CONTEXT("seed " << seed) compare_with_naive(seed);
}

BOOST_AUTO_TEST_CASE(a_trial_that_failed_is_neither_best_model_nor_retrained) {
  BestTrials best(true);
  best.report(0, 3, 0.78);
  best.report(1, 3, 0.79);
  best.report(1, 4, 0.82);
  best.report(0, 4, 0.81);
  BOOST_TEST((best.model() == Best{1, 4, 0.82}));
  best.fail(1);
  BOOST_TEST((best.model() == Best{0, 4, 0.81}));
  BOOST_TEST(!best.shared().has_value());
  BOOST_TEST((best.retrain() == Best{0, 4, 0.81}));
  best.fail(0);
  BOOST_TEST(!best.model().has_value());
  BOOST_TEST(!best.retrain().has_value());
}

BOOST_AUTO_TEST_CASE(a_long_training_alone_is_the_best_model_and_not_yet_retrained) {
  BestTrials best(false);
  best.report(0, 3, 0.5);
  best.report(1, 3, 0.4);
  best.report(0, 100, 0.1);
  BOOST_TEST((best.model() == Best{0, 100, 0.1}));
  BOOST_TEST((best.retrain() == Best{1, 3, 0.4}));
  best.report(1, 100, std::nan(""));  // A report, but never the best.
  BOOST_TEST((best.retrain() == Best{0, 100, 0.1}));
}

BOOST_AUTO_TEST_CASE(a_diverged_trial_is_no_best_model) {
  BestTrials best(false);
  best.report(0, 1, 0.5);
  best.report(1, 1, 0.1);
  best.report(1, 2, std::nan(""));
  BOOST_TEST((best.model() == Best{0, 1, 0.5}));
  BOOST_TEST((best.retrain() == Best{1, 1, 0.1}));
}

BOOST_AUTO_TEST_CASE(among_equal_metrics_the_higher_resource_then_the_lower_trial_is_best) {
  BestTrials best(true);
  best.report(3, 9, 0.5);
  best.report(1, 3, 0.5);
  BOOST_TEST(best.model()->trial == 3u);
  best.report(2, 9, 0.5);
  BOOST_TEST(best.model()->trial == 2u);
  BOOST_TEST(best.retrain()->trial == 2u);
}

BOOST_AUTO_TEST_CASE(the_best_settled_trial_stays_a_contender_while_a_better_one_may_get_worse) {
  BestTrials best(false);
  best.report(0, 9, 0.3);
  best.settle(0);
  best.report(1, 1, 0.2);
  const std::vector<TrialId> both{0, 1};
  BOOST_TEST(best.contenders() == both, boost::test_tools::per_element());
  best.report(1, 2, 0.4);
  BOOST_TEST(best.model()->trial == 0u);
}

BOOST_AUTO_TEST_CASE(best_model_and_configuration_to_retrain_are_announced_apart) {
  test_study::CoreWorld world;
  world.start(9);
  world.start(9);
  world.report(0, 1, 0.5, schedulers::ContinueTrial{0, 9});
  world.report(0, 2, 0.1, schedulers::ContinueTrial{0, 9});
  world.report(1, 1, 0.4, schedulers::ContinueTrial{1, 9});
  using Basis = RetrainConfigChanged::Basis;
  BOOST_TEST(!world.has_event<BestModelChanged>());  // It is trial 0, at resource 2.
  BOOST_TEST(world.event<RetrainConfigChanged>().best->trial == 1u);
  BOOST_TEST(world.event<RetrainConfigChanged>().best->resource == 1);
  BOOST_TEST((world.event<RetrainConfigChanged>().basis == Basis::shared_resource));
  world.report(1, 2, std::nan(""), schedulers::ContinueTrial{1, 9});
  BOOST_TEST(world.event<RetrainConfigChanged>().best->trial == 0u);
  BOOST_TEST(world.has_event<TrialWarned>());
}

BOOST_AUTO_TEST_CASE(a_trial_that_fails_is_no_longer_the_best) {
  test_study::CoreWorld world;
  world.start(9);
  world.start(9);
  world.report(0, 1, 0.5, schedulers::ContinueTrial{0, 9});
  world.report(1, 1, 0.1, schedulers::ContinueTrial{1, 9});
  BOOST_TEST(world.event<BestModelChanged>().best->trial == 1u);
  world.end(1, AttemptEnded::Cause::exited, 1);
  BOOST_TEST(world.event<BestModelChanged>().best->trial == 0u);
  BOOST_TEST(world.event<RetrainConfigChanged>().best->trial == 0u);
  BOOST_TEST(
      (world.event<RetrainConfigChanged>().basis == RetrainConfigChanged::Basis::best_model));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
