// One suite for every configuration of AsyncSuccessiveHalving: determinism, stale reports,
// failures.

#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "runtime/core/check.hpp"
#include "schedulers/async_successive_halving.hpp"
#include "test/unit/schedulers/scheduler_world.hpp"

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(every_scheduler)

struct Candidate {
  std::string name;
  std::function<std::unique_ptr<Scheduler>()> make;
};

constexpr Resource max_resource = 27;
constexpr std::uint64_t seeds = 50;
constexpr std::size_t trials = 24;

/// Every rule with every ceiling, with and without a hurdle, on ladders of one to four rungs.
std::vector<Candidate> candidates() {
  std::vector<Candidate> all;
  const std::vector<std::pair<std::string, std::vector<Resource>>> ladders{
      {"1 rung", {9, 27}}, {"2 rungs", {2, 6}}, {"3 rungs", {}}, {"4 rungs", {2, 3, 5, 11}}};
  for (const Rule rule : {Rule::stopping, Rule::promotion})
    for (const Ceiling ceiling : {Ceiling::fixed, Ceiling::progressive})
      for (const bool hurdle : {false, true})
        for (const auto& [ladder, levels] : ladders) {
          AsyncSuccessiveHalvingOptions options;
          options.mode = levels.empty() ? Mode::max : Mode::min;
          options.rule = rule;
          options.ceiling = ceiling;
          options.max_resource = max_resource;
          options.rung_levels = levels;
          options.on_early_exit = all.size() % 3 == 0 ? EarlyExit::drop : EarlyExit::hold;
          if (hurdle) options.incumbents = {0, 2, 3};
          const auto name = std::string(enum_text(rule)) + " " + std::string(enum_text(ceiling)) +
                            " " + ladder + (hurdle ? " hurdle" : "");
          all.push_back(
              {name, [options] { return std::make_unique<AsyncSuccessiveHalving>(options); }});
        }
  return all;
}

SchedulerWorld::Outcome run(const Candidate& candidate, std::uint64_t seed,
                            const Mishaps& mishaps) {
  const std::size_t workers = 1 + seed % 5;
  return SchedulerWorld(candidate.make(), seed, mishaps, max_resource).run(trials, workers);
}

constexpr Mishaps everything{.failure = 40,
                             .completion = 40,
                             .divergence = 15,
                             .gap = 6,
                             .late = 10,
                             .duplicate = 3,
                             .stale = 3};

BOOST_AUTO_TEST_CASE(replays_to_the_same_decisions_with_all_mishaps) {
  for (const Candidate& candidate : candidates())
    for (std::uint64_t seed = 0; seed < seeds; ++seed)
      BOOST_TEST_CONTEXT(candidate.name << ", seed " << seed) {
        const auto first = run(candidate, seed, everything);
        BOOST_REQUIRE((first.decisions == run(candidate, seed, everything).decisions));
      }
}

BOOST_AUTO_TEST_CASE(ignored_reports_change_no_decision) {
  Mishaps quiet = everything;
  quiet.duplicate = 0;
  quiet.stale = 0;
  std::size_t ignored = 0;
  for (const Candidate& candidate : candidates())
    for (std::uint64_t seed = 0; seed < seeds; seed += 3)
      BOOST_TEST_CONTEXT(candidate.name << ", seed " << seed) {
        const auto noisy = run(candidate, seed, everything);
        ignored += noisy.ignored;
        BOOST_REQUIRE((noisy.decisions == run(candidate, seed, quiet).decisions));
      }
  BOOST_TEST(ignored > 5'000u);
}

BOOST_AUTO_TEST_CASE(survives_any_order_of_failures) {
  for (const Candidate& candidate : candidates())
    for (std::uint64_t seed = 0; seed < seeds; ++seed)
      BOOST_TEST_CONTEXT(candidate.name << ", seed " << seed) {
        const std::uint64_t one_in = 1 + seed % 8;
        const auto outcome = run(candidate, seed, {.failure = one_in});
        BOOST_TEST_REQUIRE(outcome.failed > 0u);
        BOOST_TEST_REQUIRE(outcome.failed <= trials);
        // Where each program fails at its first step, no trial gets further than its start.
        if (one_in == 1) BOOST_TEST_REQUIRE(outcome.failed == trials);
        const auto starts = std::ranges::count_if(outcome.decisions, [](const Decision& decision) {
          return std::holds_alternative<StartTrial>(decision);
        });
        BOOST_TEST_REQUIRE(static_cast<std::size_t>(starts) == trials);
      }
}

BOOST_AUTO_TEST_CASE(promotes_and_unlocks_as_its_options_say) {
  for (const Candidate& candidate : candidates()) {
    std::size_t resumed = 0;
    std::size_t unlocked = 0;
    for (std::uint64_t seed = 0; seed < seeds; seed += 3) {
      const auto outcome = run(candidate, seed, {});
      resumed += outcome.resumed;
      unlocked += outcome.unlocked;
    }
    const auto has = [&](const char* word) {
      return candidate.name.find(word) != std::string::npos;
    };
    const bool progressive = has("progressive") && !has("1 rung");
    BOOST_TEST((unlocked > 0) == progressive, candidate.name);
    BOOST_TEST((resumed > 0) == (has("promotion") || progressive), candidate.name);
  }
}

/// A scheduler that breaks the contract in one way, to verify that SchedulerWorld detects it.
class Broken final : public Scheduler {
 public:
  enum class Way { resumes_a_running_trial, ignores_a_new_report, waits, numbers_trials_wrongly };
  explicit Broken(Way way) : way_(way), halving_({.max_resource = max_resource}) {}

  std::vector<Decision> on(const Event& event) override {
    auto decisions = halving_.on(event);
    for (Decision& decision : decisions) {
      if (auto* start = std::get_if<StartTrial>(&decision); start != nullptr && start->trial == 2) {
        if (way_ == Way::resumes_a_running_trial) decision = ResumeTrial{1, 0, 3};
        if (way_ == Way::waits) decision = Wait{"for nothing"};
        if (way_ == Way::numbers_trials_wrongly) start->trial = 7;
      }
      if (std::holds_alternative<ContinueTrial>(decision) && way_ == Way::ignores_a_new_report)
        decision = ReportIgnored{};
    }
    return decisions;
  }
  [[nodiscard]] SchedulerStatus status() const override { return halving_.status(); }
  void check_invariants() const override { halving_.check_invariants(); }

 private:
  Way way_;
  AsyncSuccessiveHalving halving_;
};

BOOST_AUTO_TEST_CASE(the_world_detects_a_scheduler_that_breaks_the_contract) {
  using Way = Broken::Way;
  for (const Way way : {Way::resumes_a_running_trial, Way::waits, Way::numbers_trials_wrongly})
    BOOST_CHECK_THROW(
        (void)SchedulerWorld(std::make_unique<Broken>(way), 1, {}, max_resource).run(24, 4),
        CheckFailure);
  BOOST_CHECK_THROW(
      (void)SchedulerWorld(std::make_unique<Broken>(Way::ignores_a_new_report), 1, {}, max_resource)
          .run(24, 4),
      std::bad_variant_access);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
