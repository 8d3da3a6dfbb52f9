#include "schedulers/scheduler_options.hpp"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "runtime/core/check.hpp"
#include "schedulers/async_successive_halving.hpp"
#include "test/unit/schedulers/scheduler_fixture.hpp"

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(scheduler_options)

using Count = std::optional<std::uint64_t>;

struct OneEpoch : SchedulerFixture<Fifo> {
  OneEpoch() : SchedulerFixture(FifoOptions{.length = 3}) {}
};
struct RandomChoice : SchedulerFixture<Fifo> {
  RandomChoice() : SchedulerFixture(FifoOptions{.length = 3, .trials_max = 1}) {}
};

BOOST_FIXTURE_TEST_CASE(fifo_runs_every_trial_to_the_same_resource, OneEpoch) {
  BOOST_TEST((offer() == Decision(StartTrial{0, 3})));
  BOOST_TEST((offer() == Decision(StartTrial{1, 3})));
  BOOST_TEST((report(0, 1, 0.9) == Decision(ContinueTrial{0, 3})));
  BOOST_TEST((report(0, 3, 0.8) == Decision(StopTrial{0, StopTrial::Reason::max_resource})));
  fail(1);
  BOOST_TEST(std::get<Wait>(offer_promotions()).reason ==
             "no trial is ever paused, and 0 are running");
}

BOOST_FIXTURE_TEST_CASE(random_choice_is_one_trial, RandomChoice) {
  (void)start();
  BOOST_TEST((offer() == Decision(NothingLeft{"the only trial was started"})));
}

BOOST_AUTO_TEST_CASE(options_with_problems_make_no_scheduler_and_name_the_first_problem) {
  BOOST_TEST(make_scheduler(FifoOptions{}).error().what ==
             "length is 0; each trial runs for one unit of resource at least");
  BOOST_TEST(make_scheduler(FifoOptions{.length = 1, .trials_max = 0}).error().what ==
             "trials_max is 0; one trial at least must start");
  BOOST_TEST(!make_scheduler(SyncSuccessiveHalvingOptions{}).has_value());
  BOOST_TEST(!make_scheduler(SyncRushOptions{}).has_value());
  BOOST_TEST(make_scheduler(SyncSuccessiveHalvingOptions{.max_resource = 9}).has_value());
}

BOOST_AUTO_TEST_CASE(several_brackets_are_refused_with_pasha_and_with_rush) {
  AsyncSuccessiveHalvingOptions options{.max_resource = 27, .brackets = 3};
  BOOST_TEST(problems(options).empty());
  options.incumbents = {0};
  BOOST_TEST(problems(options).at(0).what.find("RUSH's hurdle") != std::string::npos);
  options.incumbents.clear();
  options.ceiling = Ceiling::progressive;
  BOOST_TEST(problems(options).at(0).what.find("PASHA compares") != std::string::npos);
  options.brackets = 0;
  BOOST_TEST(problems(options).at(0).option == "brackets");
}

BOOST_AUTO_TEST_CASE(an_outline_shows_each_bracket_with_its_rungs) {
  const auto one = outline(AsyncSuccessiveHalvingOptions{.max_resource = 9}, 7);
  BOOST_REQUIRE_EQUAL(one.size(), 1u);
  BOOST_REQUIRE_EQUAL(one[0].rungs.size(), 3u);
  BOOST_TEST((one[0].rungs[0].trials_max == Count(7)));
  BOOST_TEST((one[0].rungs[1].trials_max == Count(3)));
  BOOST_TEST((one[0].rungs[2].trials_max == Count(1)));
  BOOST_TEST(!one[0].rungs[2].fraction.has_value());

  const auto three = outline(AsyncSuccessiveHalvingOptions{.max_resource = 9, .brackets = 9}, {});
  BOOST_REQUIRE_EQUAL(three.size(), 3u);
  BOOST_TEST(three[1].rungs.front().resource == 3);
  BOOST_TEST(three[2].rungs.front().resource == 9);
  BOOST_TEST(three[0].share + three[1].share + three[2].share == 1.0,
             boost::test_tools::tolerance(1e-12));
  BOOST_TEST(!three[0].rungs[0].trials_max.has_value());

  const auto hyperband = outline(SyncSuccessiveHalvingOptions{.max_resource = 9}, 1'000);
  BOOST_REQUIRE_EQUAL(hyperband.size(), 3u);
  BOOST_TEST((hyperband[0].rungs[0].trials_max == Count(9)));
  BOOST_TEST(outline(FifoOptions{.length = 5}, 12)[0].rungs[0].resource == 5);
  BOOST_TEST(
      (outline(FifoOptions{.length = 5, .trials_max = 1}, 12)[0].rungs[0].trials_max == Count(1)));
  BOOST_CHECK_THROW((void)outline(FifoOptions{}, {}), CheckFailure);
}

// Asynchronous Hyperband (schedulers/README.md, section 5).

/// Levels 1, 3, 9 and R = 27; the test sets each draw.
struct Drawn {
  explicit Drawn(std::vector<double> draws, bool own_rungs = false)
      : halving(
            {.rule = Rule::promotion, .max_resource = 27, .brackets = 4, .own_rungs = own_rungs},
            [draws = std::move(draws), next = std::size_t{0}]() mutable {
              return draws.at(next++);
            }) {}

  Decision offer() { return halving.on(SlotOpened{}).at(0); }
  Decision report(TrialId trial, Resource resource, double metric) {
    return halving.on(ReportReceived{trial, resource, metric}).at(0);
  }

  AsyncSuccessiveHalving halving;
};

BOOST_AUTO_TEST_CASE(a_trial_of_bracket_s_ignores_the_s_lowest_rungs) {
  Drawn drawn({0.0, 0.7, 0.9, 0.999});
  BOOST_TEST((drawn.offer() == Decision(StartTrial{0, 1, 0})));
  BOOST_TEST((drawn.offer() == Decision(StartTrial{1, 3, 1})));
  BOOST_TEST((drawn.offer() == Decision(StartTrial{2, 9, 2})));
  BOOST_TEST((drawn.offer() == Decision(StartTrial{3, 27, 3})));
  BOOST_TEST((drawn.report(1, 1, 0.5) == Decision(ContinueTrial{1, 3})));
  BOOST_TEST((drawn.report(1, 3, 0.5) == Decision(PauseTrial{1})));
  BOOST_TEST((drawn.report(3, 9, 0.5) == Decision(ContinueTrial{3, 27})));
  BOOST_TEST(drawn.halving.rungs()[0].size() == 0u);
  BOOST_TEST(drawn.halving.rungs()[1].size() == 1u);
  BOOST_TEST(drawn.halving.rungs()[2].size() == 0u);
}

BOOST_AUTO_TEST_CASE(shared_rungs_are_always_scanned_and_own_rungs_only_if_drawn) {
  for (const bool own : {false, true}) {
    Drawn drawn({0.0, 0.0, 0.7, 0.0}, own);
    (void)drawn.offer();
    (void)drawn.offer();
    (void)drawn.report(0, 1, 0.5);
    (void)drawn.report(1, 1, 0.6);
    const Decision second = drawn.offer();
    if (own) {
      BOOST_TEST((second == Decision(StartTrial{2, 3, 1})));
      BOOST_TEST((drawn.offer() == Decision(ResumeTrial{0, 1, 3, 0})));
    } else {
      BOOST_TEST((second == Decision(ResumeTrial{0, 1, 3, 1})));
    }
  }
}

BOOST_AUTO_TEST_CASE(the_draws_follow_the_distribution_and_the_seed) {
  AsyncSuccessiveHalvingOptions options{.max_resource = 27, .brackets = 4, .seed = 5};
  AsyncSuccessiveHalving halving(options);
  AsyncSuccessiveHalving twin(options);
  std::vector<double> counts(4);
  for (int i = 0; i < 4'000; ++i) {
    const auto start = std::get<StartTrial>(halving.on(SlotOpened{}).at(0));
    BOOST_TEST((twin.on(SlotOpened{}).at(0) == Decision(start)));
    counts[start.bracket] += 1.0 / 4'000;
  }
  const auto expected = bracket_distribution(options);
  for (std::size_t s = 0; s < 4; ++s) BOOST_TEST(std::abs(counts[s] - expected[s]) < 0.03);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
