// MOBSTER and TPE: what they learn from, and that a proposal is a function of the history.

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <set>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "runtime/core/rng.hpp"
#include "schedulers/searchers/mobster_searcher.hpp"
#include "schedulers/searchers/search_history.hpp"
#include "schedulers/searchers/tpe_searcher.hpp"

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(learning_searcher)

namespace data = boost::unit_test::data;

enum class Kind { mobster, tpe, random };
std::ostream& operator<<(std::ostream& out, Kind kind) {
  return out << (kind == Kind::mobster ? "mobster" : kind == Kind::tpe ? "tpe" : "random");
}
constexpr std::array learning{Kind::mobster, Kind::tpe};

std::unique_ptr<Searcher> make_learning(Kind kind, const SearchTerms& terms,
                                        MobsterOptions options = {}) {
  if (kind == Kind::tpe) return std::make_unique<TpeSearcher>(TpeOptions{}, terms);
  if (kind == Kind::random) options.random_first = 1'000'000;
  return std::make_unique<MobsterSearcher>(options, terms);
}

Space number_space() {
  return Space({{"a", Uniform{0, 1}}, {"b", LogUniform{1e-4, 1}}, {"c", RandInt{1, 100}}});
}

/// The distance of a configuration of number_space() from the best one.
double distance(const Config& config) {
  const double a = std::get<double>(*find(config, "a")) - 0.3;
  const double b = std::log10(std::get<double>(*find(config, "b"))) / 4 + 0.5;
  const double c = static_cast<double>(std::get<std::int64_t>(*find(config, "c"))) / 100 - 0.8;
  return std::sqrt(a * a + b * b + c * c);
}

const std::vector<Resource> ladder{1, 3, 9, 27};

SearchTerms numbers(std::uint64_t seed = 0, Mode mode = Mode::min) {
  return {.space = number_space(),
          .seed = seed,
          .mode = mode,
          .max_resource = ladder.back(),
          .rung_levels = ladder};
}

/// What happened in a study.
struct Studied {
  std::vector<Proposal> proposals;
  std::vector<SearchFact> facts;
};

/// Runs trials one after the other by the rule of successive halving: a trial goes on while it is
/// in the best third of its level. `metric`: of configuration, resource.
Studied run(Searcher& searcher, const SearchTerms& terms, TrialId trials,
            const std::function<double(const Config&, Resource)>& metric) {
  Studied all;
  const auto happens = [&](const SearchFact& fact) {
    all.facts.push_back(fact);
    searcher.learn(fact);
  };
  std::map<Resource, std::vector<double>> seen;
  for (TrialId trial = 0; trial < trials; ++trial) {
    const auto proposal = searcher.suggest(trial);
    if (!proposal) break;
    all.proposals.push_back(*proposal);
    happens(ConfigAssigned{trial, proposal->config});
    Resource from = 0;
    for (const Resource level : terms.rung_levels) {
      happens(TrainingBegun{trial, from, level, from > 0});
      const double value = metric(proposal->config, level);
      happens(ReportReceived{trial, level, value});
      happens(TrainingPaused{trial});
      from = level;
      auto& others = seen[level];
      others.push_back(terms.mode == Mode::min ? value : -value);
      const auto better =
          std::ranges::count_if(others, [&](double one) { return one < others.back(); });
      if (3 * static_cast<std::size_t>(better) >= others.size()) break;
    }
  }
  return all;
}

double curve(const Config& config, Resource resource) {
  return distance(config) + 1 / static_cast<double>(resource);
}

/// Number of proposals near the best configuration; of random ones it is one in thirty.
std::ptrdiff_t near_best(const Studied& studied) {
  return std::ranges::count_if(studied.proposals,
                               [](const Proposal& one) { return distance(one.config) < 0.2; });
}

BOOST_DATA_TEST_CASE(proposes_better_configurations_than_random_ones,
                     data::make(learning) * data::make({false, true}), kind, maximize) {
  const auto metric = [&](const Config& config, Resource resource) {
    const double loss = curve(config, resource);
    return maximize ? 2 - loss : loss;
  };
  for (std::uint64_t seed = 0; seed < 2; ++seed) {
    const SearchTerms terms = numbers(seed, maximize ? Mode::max : Mode::min);
    const auto found = run(*make_learning(kind, terms), terms, 50, metric);
    const auto random = run(*make_learning(Kind::random, terms), terms, 50, metric);
    BOOST_TEST(near_best(found) > 3 * near_best(random), "seed " << seed);
    BOOST_TEST(near_best(found) >= 8, "seed " << seed << ": " << near_best(found));
  }
}

BOOST_DATA_TEST_CASE(a_new_searcher_continues_where_another_one_was, data::make(learning), kind) {
  for (std::uint64_t seed = 0; seed < 2; ++seed) {
    const SearchTerms terms = numbers(seed);
    const auto searcher = make_learning(kind, terms);
    auto facts = run(*searcher, terms, 45, curve).facts;
    const std::vector<SearchFact> running{ConfigAssigned{45, number_space().midpoint()},
                                          TrainingBegun{45, 0, 1}};
    for (const SearchFact& fact : running) searcher->learn(fact);
    facts.insert(facts.end(), running.begin(), running.end());
    const auto expected = searcher->suggest(46).value();
    BOOST_TEST((expected.source == SuggestionSource::model));
    const auto other = make_learning(kind, terms);
    for (const SearchFact& fact : facts) other->learn(fact);
    BOOST_TEST((other->suggest(46)->config == expected.config));
    (void)searcher->suggest(47);  // Being asked changes nothing.
    BOOST_TEST((searcher->suggest(46)->config == expected.config));
    // A value that replaces another one counts as if it had been there from the start.
    const auto first = std::ranges::find_if(
        facts, [](const SearchFact& fact) { return std::holds_alternative<ReportReceived>(fact); });
    ReportReceived changed = std::get<ReportReceived>(*first);
    changed.metric = -3;
    searcher->learn(changed);
    *first = changed;
    const auto third = make_learning(kind, terms);
    for (const SearchFact& fact : facts) third->learn(fact);
    BOOST_TEST((third->suggest(46)->config == searcher->suggest(46)->config));
    if (kind == Kind::mobster)  // The good trials of TPE may be the same.
      BOOST_TEST((third->suggest(46)->config != expected.config));
  }
}

BOOST_DATA_TEST_CASE(proposes_each_configuration_of_a_finite_space_once,
                     data::make(learning) * data::make({false, true}), kind, forbids) {
  const std::vector<Value> optimizers{std::string("sgd"), std::string("adam"), std::string("lamb")};
  std::vector<Condition> forbidden;
  if (forbids)
    forbidden.push_back(
        {{.parameter = "optimizer", .values = {std::string("lamb")}},
         {.parameter = "layers", .relation = Requirement::Relation::above, .bound = 2}});
  SearchTerms terms = numbers(5);
  terms.space = Space({{"optimizer", Choice{optimizers}},
                       {"momentum",
                        FinRange{0, 0.9, 4},
                        {{.parameter = "optimizer", .values = {std::string("sgd")}}}},
                       {"layers", RandInt{1, 4}},
                       {"epochs", Constant{std::int64_t{27}}}},
                      forbidden);
  terms.points_to_evaluate = {{{"optimizer", std::string("adam")}}};
  Rng noise(3);
  const auto searcher = make_learning(kind, terms, {.resource = ModelledResource::bohb});
  const auto all =
      run(*searcher, terms, 100, [&](const Config&, Resource) { return noise.uniform(); });
  std::set<std::string> matches;
  for (const Proposal& one : all.proposals) {
    BOOST_TEST(terms.space.contains(one.config));
    BOOST_TEST((terms.space.forbidding(one.config) == nullptr));
    matches.insert(terms.space.match(one.config));
  }
  BOOST_TEST((all.proposals.front().source == SuggestionSource::points_to_evaluate));
  BOOST_TEST(all.proposals.size() == terms.space.cardinality().value());
  BOOST_TEST(matches.size() == all.proposals.size());
}

BOOST_DATA_TEST_CASE(survives_every_metric, data::make(learning), kind) {
  SearchTerms terms = numbers(2);
  terms.rung_levels = {27};
  const double infinity = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const auto& values : std::vector<std::vector<double>>{
           {1}, {0}, {1e30, 1}, {1e300, -1e300}, {nan, 1, infinity}, {nan}, {1e-300, 2e-300}}) {
    std::size_t at = 0;
    const auto searcher = make_learning(kind, terms);
    const auto all = run(*searcher, terms, 25,
                         [&](const Config&, Resource) { return values[at++ % values.size()]; });
    BOOST_TEST(all.proposals.size() == 25u);
    for (const Proposal& one : all.proposals) BOOST_TEST(terms.space.contains(one.config));
  }
}

BOOST_DATA_TEST_CASE(a_space_of_constants_has_one_proposal, data::make(learning), kind) {
  SearchTerms terms = numbers();
  terms.space = Space({{"a", Constant{true}}});
  const auto one = [](const Config&, Resource) { return 1.0; };
  BOOST_TEST(run(*make_learning(kind, terms), terms, 9, one).proposals.size() == 1u);
}

BOOST_DATA_TEST_CASE(configurations_of_failed_trials_are_not_proposed_again, data::make(learning),
                     kind) {
  const SearchTerms terms{.space = Space({{"a", RandInt{1, 12}}})};
  const auto searcher = make_learning(kind, terms);
  for (TrialId trial = 0; trial < 12; ++trial) {
    searcher->learn(ConfigAssigned{trial, searcher->suggest(trial).value().config});
    searcher->learn(TrainingBegun{trial, 0, 1});
    searcher->learn(TrialFailed{trial});
  }
  BOOST_TEST(!searcher->suggest(12).has_value());
}

BOOST_AUTO_TEST_CASE(the_history_counts_levels_once_and_knows_what_is_pending) {
  SearchHistory history(numbers());
  using Pending = std::vector<std::pair<TrialId, Resource>>;
  history.learn(ConfigAssigned{0, {}});
  BOOST_TEST(history.pending().empty());
  history.learn(TrainingBegun{0, 0, 27});
  BOOST_TEST((history.pending() == Pending{{0, 1}}));
  history.learn(ReportReceived{0, 1, 0.9});
  BOOST_TEST((history.pending() == Pending{{0, 3}}));  // It goes on until it pauses.
  history.learn(ReportReceived{0, 2, 0.8});            // Between two levels, and below its own.
  history.learn(ReportReceived{0, 4, 0.6});            // Beyond level 3.
  history.learn(ReportReceived{0, 5, 0.5});
  BOOST_TEST((history.pending() == Pending{{0, 9}}));
  BOOST_TEST((history.observations() == std::vector<Observation>{{0, 1, 0.9}, {0, 3, 0.6}}));
  history.learn(TrainingPaused{0});
  BOOST_TEST(history.pending().empty());
  history.learn(TrainingBegun{0, 5, 9, true});
  history.learn(ReportReceived{0, 9, std::numeric_limits<double>::quiet_NaN()});
  history.learn(TrainingStopped{0});
  history.learn(ReportReceived{0, 1, 0.7});  // Repeated: it replaces.
  BOOST_TEST(history.replaced() == 1u);
  history.learn(ConfigAssigned{1, {}});
  history.learn(TrainingBegun{1, 9, 27});
  BOOST_TEST((history.pending() == Pending{{1, 27}}));
  history.learn(ReportReceived{1, 27, 0.5});
  BOOST_TEST(history.pending().empty());
  BOOST_TEST(
      (history.observations() == std::vector<Observation>{{0, 1, 0.7}, {0, 3, 0.6}, {1, 27, 0.5}}));
}

BOOST_AUTO_TEST_CASE(without_a_resource_the_latest_report_counts) {
  SearchHistory history(SearchTerms{.mode = Mode::max});
  history.learn(ConfigAssigned{0, {}});
  for (const Resource resource : {1, 2, 3})
    history.learn(ReportReceived{0, resource, static_cast<double>(resource) / 4});
  BOOST_TEST((history.observations() == std::vector<Observation>{{0, 1, 0.25}}));
}

/// Adds trials with observations at levels; `agree`: the upper level ranks as the lower one.
void add_trials(SearchHistory& history, TrialId count, Resource lower, Resource upper, bool agree,
                Rng& rng) {
  const auto first = static_cast<TrialId>(history.order().size());
  for (TrialId trial = first; trial < first + count; ++trial) {
    history.learn(ConfigAssigned{trial, {}});
    const double loss = rng.uniform();
    history.learn(ReportReceived{trial, lower, loss});
    if (upper > 0) history.learn(ReportReceived{trial, upper, agree ? loss - 1 : rng.uniform()});
  }
}

BOOST_AUTO_TEST_CASE(the_modelled_resource_is_the_highest_that_ranks_as_the_one_above) {
  Rng rng(4);
  const auto chosen = [](ModelledResource rule, const SearchHistory& history) {
    return choose_resource(rule, history, 8).resource;
  };
  SearchHistory history(numbers());
  add_trials(history, 30, 1, 0, true, rng);
  BOOST_TEST(chosen(ModelledResource::automatic, history) == 0);  // No level above it yet.
  BOOST_TEST(chosen(ModelledResource::bohb, history) == 1);
  BOOST_TEST(chosen(ModelledResource::first, history) == 1);
  BOOST_TEST(chosen(ModelledResource::final, history) == 27);
  add_trials(history, 7, 1, 3, true, rng);
  BOOST_TEST(chosen(ModelledResource::automatic, history) == 1);
  BOOST_TEST(chosen(ModelledResource::bohb, history) == 3);
  const auto choice = choose_resource(ModelledResource::automatic, history, 8);
  BOOST_TEST(choice.observations == 37u);
  BOOST_TEST(choice.correlation.value().lower > 0);
  add_trials(history, 12, 3, 27, true, rng);
  BOOST_TEST(chosen(ModelledResource::automatic, history) == 27);
  BOOST_TEST(highest_with(history, 13).value() == 3);

  SearchHistory noisy(numbers());
  add_trials(noisy, 40, 1, 3, false, rng);
  BOOST_TEST(chosen(ModelledResource::automatic, noisy) == 0);
}

BOOST_DATA_TEST_CASE(without_rungs_it_learns_from_single_reports, data::make(learning), kind) {
  SearchTerms terms = numbers(1);
  terms.rung_levels.clear();
  terms.max_resource = 0;
  const auto searcher = make_learning(kind, terms);
  std::ptrdiff_t near = 0;
  for (TrialId trial = 0; trial < 60; ++trial) {
    const Config config = searcher->suggest(trial).value().config;
    if (distance(config) < 0.2) ++near;
    searcher->learn(ConfigAssigned{trial, config});
    searcher->learn(TrainingBegun{trial, 0, 1});
    searcher->learn(ReportReceived{trial, 1, distance(config)});
    searcher->learn(TrialCompleted{trial});
  }
  BOOST_TEST(near >= 10);  // Two of random ones.
}

BOOST_AUTO_TEST_CASE(a_space_that_is_almost_all_forbidden_is_searched) {
  SearchTerms terms = numbers();
  // Only a below 0.002 is allowed.
  terms.space =
      Space(number_space().parameters(),
            {{{.parameter = "a", .relation = Requirement::Relation::above, .bound = 0.002}}});
  MobsterSearcher searcher({.resource = ModelledResource::bohb}, terms);
  const auto all = run(searcher, terms, 9, curve);
  BOOST_TEST(all.proposals.size() == 9u);
  BOOST_TEST((all.proposals.back().source == SuggestionSource::model));
}

BOOST_AUTO_TEST_CASE(an_unrelated_lowest_level_leaves_the_search_random) {
  std::ptrdiff_t random = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const SearchTerms terms = numbers(seed);
    Rng rng(seed);
    const auto all = run(*make_learning(Kind::mobster, terms), terms, 30,
                         [&](const Config&, Resource) { return rng.uniform(); });
    random += std::ranges::count(all.proposals, SuggestionSource::random, &Proposal::source);
  }
  BOOST_TEST(random >= 250);
}

BOOST_DATA_TEST_CASE(every_kernel_and_option_proposes, data::xrange(7), kernel) {
  MobsterSearcher searcher({.kernel = static_cast<ResourceKernel>(kernel),
                            .resource = ModelledResource::bohb,
                            .input_warping = true,
                            .box_cox = true,
                            .observations_max = 50},
                           numbers());
  (void)run(searcher, numbers(), 45, curve);
  BOOST_TEST(searcher.history().observations().size() > 50u);
  const auto proposal = searcher.propose(45).value();
  BOOST_TEST((proposal.source == SuggestionSource::model));
  BOOST_TEST(proposal.modelled.resource == 27);
  BOOST_TEST(proposal.length_scales.size() == 3u);
  BOOST_TEST((std::isfinite(proposal.expected_improvement) && proposal.expected_improvement >= 0));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
