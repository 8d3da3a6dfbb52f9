// One suite for every searcher, then cases for each.

#include <algorithm>
#include <set>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "runtime/core/check.hpp"
#include "schedulers/searchers/make_searcher.hpp"
#include "schedulers/space/config.hpp"
#include "test/unit/schedulers/suggestions.hpp"

namespace troupe::schedulers {

std::ostream& operator<<(std::ostream& out, const SearcherOptions& options) {
  return out << searcher_methods().at(options.index()).name;
}

namespace {

BOOST_AUTO_TEST_SUITE(searcher)

namespace data = boost::unit_test::data;
using test::different;
using test::every_searcher;
using test::suggestions;

Space finite_space() {
  return Space({{"units", RandInt{1, 4}},
                {"act", Choice{{std::string("relu"), std::string("tanh"), std::string("elu")}}},
                {"epochs", Constant{std::int64_t{27}}},
                {"drop", FinRange{0, 0.5, 3}}});  // 4 * 3 * 3 = 36 configurations.
}

Space infinite_space() {
  return Space({{"lr", LogUniform{1e-5, 1}},
                {"momentum", ReverseLogUniform{0, 0.99}},
                {"units", LogRandInt{16, 1024}}});
}

BOOST_DATA_TEST_CASE(replays_identically, data::make(every_searcher), searcher_options) {
  for (std::uint64_t seed = 0; seed < 50; ++seed)
    for (const Space& space : {finite_space(), infinite_space()}) {
      const SearchTerms terms{.space = space, .seed = seed};
      BOOST_TEST(
          (suggestions(searcher_options, terms, 40) == suggestions(searcher_options, terms, 40)),
          "seed " << seed);
    }
}

BOOST_DATA_TEST_CASE(is_not_changed_by_being_asked, data::make(every_searcher), searcher_options) {
  const SearchTerms terms{.space = infinite_space(), .seed = 3};
  const auto asked_once = suggestions(searcher_options, terms, 20);
  const auto searcher = make_searcher(searcher_options, terms);
  for (TrialId trial = 0; trial < asked_once.size(); ++trial) {
    BOOST_TEST((searcher->suggest(trial)->config == asked_once[trial]));
    const auto again = searcher->suggest(trial);
    BOOST_TEST((again->config == asked_once[trial]));
    searcher->learn(ConfigAssigned{trial, again->config, again->state});
  }
}

/// After a recovery a searcher gets what was assigned, and was asked for nothing of it.
BOOST_DATA_TEST_CASE(goes_on_from_what_was_assigned, data::make(every_searcher), searcher_options) {
  for (const Space& space : {finite_space(), infinite_space()}) {
    const SearchTerms terms{
        .space = space, .seed = 3, .points_to_evaluate = {space.midpoint(), space.midpoint()}};
    const auto first = make_searcher(searcher_options, terms);
    const auto recovered = make_searcher(searcher_options, terms);
    for (TrialId trial = 0; trial < 30; ++trial) {
      const auto proposal = first->suggest(trial);
      for (Searcher* searcher : {first.get(), recovered.get()})
        searcher->learn(ConfigAssigned{trial, proposal->config, proposal->state});
    }
    BOOST_TEST((recovered->suggest(30)->config == first->suggest(30)->config));
  }
}

BOOST_DATA_TEST_CASE(stays_in_the_space, data::make(every_searcher), searcher_options) {
  for (std::uint64_t seed = 0; seed < 50; ++seed)
    for (const Space& space : {finite_space(), infinite_space()})
      for (const Config& config : suggestions(searcher_options, {.space = space, .seed = seed}, 40))
        BOOST_TEST_REQUIRE(space.contains(config));
}

BOOST_DATA_TEST_CASE(suggests_each_configuration_of_a_finite_space_once, data::make(every_searcher),
                     searcher_options) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const SearchTerms terms{.space = finite_space(), .seed = seed};
    const auto configs = suggestions(searcher_options, terms, 100);
    BOOST_TEST(configs.size() == 36u);
    BOOST_TEST(different(terms.space, configs) == 36u);
  }
}

BOOST_DATA_TEST_CASE(stays_exhausted, data::make(every_searcher), searcher_options) {
  const auto searcher = make_searcher(searcher_options, {.space = Space({{"a", Constant{true}}})});
  const auto proposal = searcher->suggest(0);
  BOOST_REQUIRE(proposal.has_value());
  searcher->learn(ConfigAssigned{0, proposal->config, proposal->state});
  BOOST_TEST(!searcher->suggest(1).has_value());
  BOOST_TEST(!searcher->suggest(2).has_value());
}

BOOST_DATA_TEST_CASE(suggests_the_points_first_completed_and_once, data::make(every_searcher),
                     searcher_options) {
  const Config given{{"units", std::int64_t{4}}};
  const SearchTerms terms{.space = finite_space(), .points_to_evaluate = {given, {}, given}};
  const auto configs = suggestions(searcher_options, terms, 100);
  BOOST_TEST((configs.at(0) == terms.space.completed(given)));
  BOOST_TEST((configs.at(1) == terms.space.midpoint()));
  BOOST_TEST(configs.size() == 36u);
  BOOST_TEST(different(terms.space, configs) == 36u);
}

BOOST_DATA_TEST_CASE(refuses_a_point_outside_the_space, data::make(every_searcher),
                     searcher_options) {
  const SearchTerms terms{.space = finite_space(),
                          .points_to_evaluate = {{{"units", std::int64_t{5}}}}};
  BOOST_CHECK_THROW((void)make_searcher(searcher_options, terms), CheckFailure);
}

BOOST_AUTO_TEST_CASE(random_depends_on_the_seed) {
  const auto first =
      suggestions(RandomSearcherOptions{}, {.space = infinite_space(), .seed = 1}, 5);
  BOOST_TEST(
      (first != suggestions(RandomSearcherOptions{}, {.space = infinite_space(), .seed = 2}, 5)));
}

BOOST_AUTO_TEST_CASE(random_gives_a_trial_its_own_stream) {
  // Earlier suggestions change nothing, unless the draw is a duplicate.
  const auto plain =
      suggestions(RandomSearcherOptions{}, {.space = infinite_space(), .seed = 3}, 5);
  const auto led =
      suggestions(RandomSearcherOptions{},
                  {.space = infinite_space(), .seed = 3, .points_to_evaluate = {{{"lr", 0.5}}}}, 5);
  BOOST_TEST((led.at(4) == plain.at(4)));
}

BOOST_AUTO_TEST_CASE(random_finds_the_last_configuration_of_a_large_space) {
  const Space space({{"a", LogRandInt{1, 3000}}});  // 3000 has probability 1/24,000.
  const auto configs = suggestions(RandomSearcherOptions{}, {.space = space, .seed = 9}, 5000);
  BOOST_TEST(configs.size() == 3000u);
  BOOST_TEST(different(space, configs) == 3000u);
}

BOOST_AUTO_TEST_CASE(grid_counts_in_nested_loops) {
  const auto configs = suggestions(GridSearcherOptions{}, {.space = finite_space()}, 4);
  const auto row = [](const Config& config) {
    return text_of(*find(config, "units")) + " " + text_of(*find(config, "act")) + " " +
           text_of(*find(config, "drop"));
  };
  BOOST_TEST(row(configs.at(0)) == "1 relu 0.0");
  BOOST_TEST(row(configs.at(1)) == "1 relu 0.25");
  BOOST_TEST(row(configs.at(3)) == "1 tanh 0.0");
}

BOOST_AUTO_TEST_CASE(grid_spaces_continuous_and_large_integer_parameters) {
  const Space space({{"lr", LogUniform{1e-4, 1}}, {"units", RandInt{0, 100}}});
  const auto configs = suggestions(GridSearcherOptions{.num_samples = 3}, {.space = space}, 100);
  BOOST_TEST(configs.size() == 9u);
  BOOST_TEST(std::get<double>(*find(configs.front(), "lr")) == 1e-4);
  BOOST_TEST(std::get<double>(*find(configs.back(), "lr")) == 1.0);
  BOOST_TEST(std::get<std::int64_t>(*find(configs.at(1), "units")) == 50);
  BOOST_TEST(std::get<std::int64_t>(*find(configs.back(), "units")) == 100);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
