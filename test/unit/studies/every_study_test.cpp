// One suite over every combination of scheduler and searcher: StudyCore with the real scheduler and
// searcher, and programs and nodes that fail in every way.

#include <map>
#include <set>
#include <string>

#include <boost/test/unit_test.hpp>

#include "runtime/codec.hpp"
#include "runtime/core/check.hpp"
#include "schedulers/searchers/make_searcher.hpp"
#include "test/unit/studies/hill_climber.hpp"
#include "test/unit/studies/methods.hpp"
#include "test/unit/studies/study_world.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(every_study)

using namespace schedulers;
using runtime::pack_named;

constexpr std::uint64_t seeds = 50;
constexpr Resource max_resource = 9;
const std::array<SearcherOptions, 3> searchers{RandomSearcherOptions{}, GridSearcherOptions{},
                                               SobolSearcherOptions{}};

constexpr StudyMishaps everything{.crash = 40,
                                  .again = 40,
                                  .early_exit = 40,
                                  .divergence = 15,
                                  .gap = 6,
                                  .late = 10,
                                  .duplicate = 8,
                                  .garbage = 20,
                                  .node_loss = 60,
                                  .node_fault = 50,
                                  .forgetful = 5};

/// A space of 12 configurations, fewer than most studies here may start.
Space finite_space() {
  return Space({{"units", RandInt{1, 4}},
                {"act", Choice{{std::string("relu"), std::string("tanh"), std::string("elu")}}}});
}

Space infinite_space() {
  return Space({{"lr", LogUniform{1e-5, 1}}, {"units", LogRandInt{16, 1024}}});
}

/// The other options of a study file, derived from the seed.
StudyWorld::Options options_of(std::uint64_t seed, const StudyMishaps& mishaps) {
  StudyWorld::Options options{
      .rules = {}, .mishaps = mishaps, .max_resource = max_resource, .seed = seed};
  options.rules.workers_max = static_cast<std::uint32_t>(1 + seed % 4);
  options.rules.when_exhausted = static_cast<WhenExhausted>(seed % 3);
  options.rules.stop.trials_started_max = seed % 5 == 0 ? 7 : 24;
  options.rules.failures_max = seed % 7 == 0 ? 2 : 1'000;
  options.rules.retries_max = static_cast<std::uint32_t>(seed % 2);
  options.rules.tells_milestone = seed % 4 < 2;
  options.rules.max_resource = max_resource;
  return options;
}

struct Study {
  StudyWorld::Options options;
  SchedulerOptions method;
  SearcherOptions searcher;
  SearchTerms terms;

  [[nodiscard]] StudyWorld::Outcome run() const {
    return StudyWorld(options, make_scheduler(method).value(), make_searcher(searcher, terms))
        .run();
  }
};

Study study_of(const Method& method, const SearcherOptions& searcher, std::uint64_t seed,
               const StudyMishaps& mishaps) {
  const bool finite = seed % 4 == 0;
  return {options_of(seed, mishaps), method.options, searcher,
          SearchTerms{.space = finite ? finite_space() : infinite_space(), .seed = seed}};
}

template <typename Check>
void for_every_study(const StudyMishaps& mishaps, const Check& examine) {
  for (const Method& method : every_method(max_resource))
    for (const SearcherOptions& searcher : searchers)
      for (std::uint64_t seed = 0; seed < seeds; ++seed)
        BOOST_TEST_CONTEXT(method.name << ", searcher " << searcher.index() << ", seed " << seed)
  examine(method, study_of(method, searcher, seed, mishaps));
}

BOOST_AUTO_TEST_CASE(ends_with_a_reason_and_replays_from_its_inputs_whatever_goes_wrong) {
  std::size_t studies = 0;
  std::set<std::string> reasons;
  for_every_study(everything, [&](const Method& method, const Study& study) {
    const auto outcome = study.run();
    BOOST_REQUIRE(!outcome.end.reason.empty());
    const auto scheduler = make_scheduler(method.options).value();
    const auto again = StudyWorld::replay(study.options, *scheduler, outcome.inputs);
    BOOST_REQUIRE(pack_named(again.decisions) == pack_named(outcome.decisions));
    BOOST_REQUIRE(pack_named(again.events) == pack_named(outcome.events));
    BOOST_REQUIRE((again.end == outcome.end));
    reasons.insert(outcome.end.reason);
    ++studies;
  });
  BOOST_TEST(studies == every_method(max_resource).size() * searchers.size() * seeds);
  BOOST_TEST(reasons.contains("every configuration of the space was tried"));
  BOOST_TEST(reasons.contains("3 trials failed (max_failures: 2)"));
  BOOST_TEST(reasons.contains("24 trials were started"));
  BOOST_TEST(std::ranges::any_of(reasons, [](const std::string& reason) {
    return reason.starts_with("no node can start the program: ");
  }));
}

/// Every suggestion is derived again from the facts below its row, as `troupe replay` does, and a
/// searcher that was told the facts of a journal goes on as the first one did.
void expect_the_same_suggestions(const StudyWorld::Outcome& outcome, const SearchTerms& terms) {
  HillClimber again(terms);
  std::size_t told = 0;
  for (const Input& input : outcome.inputs) {
    const auto* slot = std::get_if<SlotFreed>(&input);
    if (slot == nullptr || !slot->suggestion) continue;
    for (; told < slot->suggestion->at; ++told)
      for (const auto& fact : outcome.facts[told]) again.learn(fact);
    const auto proposal = again.suggest(slot->suggestion->trial);
    BOOST_REQUIRE((proposal.has_value() == slot->suggestion->config.has_value()));
    if (!proposal) continue;
    BOOST_REQUIRE((proposal->config == *slot->suggestion->config));
    BOOST_REQUIRE((proposal->state == slot->suggestion->state));
  }
}

BOOST_AUTO_TEST_CASE(a_searcher_that_learns_suggests_the_same_in_a_replay) {
  std::uint64_t learned = 0;
  for (const Method& method : every_method(max_resource))
    for (std::uint64_t seed = 0; seed < seeds; ++seed)
      BOOST_TEST_CONTEXT(method.name << ", seed " << seed) {
        const Study study = study_of(method, RandomSearcherOptions{}, seed, everything);
        const auto outcome = StudyWorld(study.options, make_scheduler(method.options).value(),
                                        std::make_unique<HillClimber>(study.terms))
                                 .run();
        expect_the_same_suggestions(outcome, study.terms);
        for (const Input& input : outcome.inputs)
          if (const auto* slot = std::get_if<SlotFreed>(&input); slot != nullptr)
            learned += slot->suggestion && slot->suggestion->source == SuggestionSource::model;
      }
  BOOST_TEST(learned > 1'000u);
}

BOOST_AUTO_TEST_CASE(decides_the_same_from_the_same_seed) {
  for (const Method& method : every_method(max_resource))
    for (std::uint64_t seed = 0; seed < seeds; seed += 10)
      BOOST_TEST_CONTEXT(method.name << ", seed " << seed) {
        const Study study = study_of(method, RandomSearcherOptions{}, seed, everything);
        BOOST_REQUIRE(pack_named(study.run().events) == pack_named(study.run().events));
      }
}

BOOST_AUTO_TEST_CASE(survives_any_order_of_failures) {
  std::size_t given_up = 0;
  for (const Method& method : every_method(max_resource))
    for (std::uint64_t seed = 0; seed < seeds; ++seed)
      BOOST_TEST_CONTEXT(method.name << ", seed " << seed) {
        const StudyMishaps failures{.crash = 1 + seed % 6};
        const Study study = study_of(method, RandomSearcherOptions{}, seed, failures);
        const auto outcome = study.run();
        BOOST_TEST_REQUIRE(!outcome.end.reason.empty());
        std::size_t final_failures = 0;
        std::size_t started = 0;
        for (const StudyEvent& event : outcome.events)
          if (const auto* start = std::get_if<TrialStarted>(&event))
            started += start->attempt == 1 ? 1 : 0;
          else if (const auto* failed = std::get_if<TrialFailed>(&event))
            final_failures += failed->then == TrialFailed::Then::give_up ? 1 : 0;
        // Where each program crashes at its first step, each attempt fails, until the study is
        // given up or each of its trials has failed.
        if (failures.crash == 1) BOOST_TEST_REQUIRE(final_failures > 0u);
        const bool too_many = final_failures > study.options.rules.failures_max ||
                              (started > 0 && final_failures == started);
        BOOST_TEST_REQUIRE((outcome.end.outcome == StudyFinished::Outcome::failed) == too_many);
        given_up += too_many ? 1 : 0;
      }
  BOOST_TEST(given_up > 0u);
}

BOOST_AUTO_TEST_CASE(a_finite_method_says_why_nothing_is_left) {
  std::map<std::string, std::set<std::string>> reasons;
  for (const Method& method : every_method(max_resource))
    for (std::uint64_t seed = 0; seed < seeds; ++seed) {
      Study study = study_of(method, RandomSearcherOptions{}, 1, {});
      study.options.seed = seed;
      reasons[method.name].insert(study.run().end.reason);
    }
  BOOST_TEST((reasons.at("random choice") == std::set<std::string>{"the only trial was started"}));
  for (const std::string& reason : reasons.at("sync rush kept incumbents"))
    BOOST_TEST((reason.starts_with("every arm of the last round") || reason.starts_with("all ")),
               reason);
  BOOST_TEST((reasons.at("2 epochs") == std::set<std::string>{"24 trials were started"}));
}

/// Starts nothing from its third slot on, with or without a reason.
class Idle final : public Scheduler {
 public:
  explicit Idle(bool says_why) : says_why_(says_why), inner_(FifoOptions{.length = 1}) {}
  std::vector<Decision> on(const Event& event) override {
    if (std::holds_alternative<SlotOpened>(event) && ++slots_ > 2) {
      if (says_why_) return {Wait{"for rain"}};
      return {SlotSkipped{}};
    }
    return inner_.on(event);
  }
  [[nodiscard]] SchedulerStatus status() const override { return inner_.status(); }
  void check_invariants() const override { inner_.check_invariants(); }

 private:
  bool says_why_;
  int slots_ = 0;
  Fifo inner_;
};

BOOST_AUTO_TEST_CASE(a_scheduler_that_offers_nothing_for_ever_is_found) {
  const auto options = options_of(1, {});
  const SearcherOptions searcher = RandomSearcherOptions{};
  const SearchTerms terms{.space = infinite_space(), .seed = 1};
  BOOST_CHECK_THROW(
      (void)StudyWorld(options, std::make_unique<Idle>(false), make_searcher(searcher, terms))
          .run(),
      CheckFailure);
  const auto outcome =
      StudyWorld(options, std::make_unique<Idle>(true), make_searcher(searcher, terms)).run();
  BOOST_TEST(outcome.end.reason == "nothing is left to run: for rain");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
