// Conditional parameters and forbidden configurations, in Space and in every searcher.

#include <algorithm>
#include <set>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include "runtime/core/check.hpp"
#include "schedulers/searchers/make_searcher.hpp"
#include "schedulers/searchers/suggested.hpp"
#include "schedulers/space/config.hpp"
#include "test/unit/schedulers/suggestions.hpp"

namespace troupe::schedulers {

std::ostream& operator<<(std::ostream& out, const SearcherOptions& options);

namespace {

BOOST_AUTO_TEST_SUITE(conditions)

namespace data = boost::unit_test::data;
using test::different;
using test::every_searcher;
using test::suggestions;

using Relation = Requirement::Relation;

Value text(const char* word) {
  return std::string(word);
}

Requirement is(const char* parameter, std::vector<Value> values) {
  return {.parameter = parameter, .values = std::move(values)};
}

Requirement compared(const char* parameter, Relation relation, double bound) {
  return {.parameter = parameter, .relation = relation, .values = {}, .bound = bound};
}

/// `nesterov` depends on `momentum`, which depends on `optimizer`, the last parameter.
std::vector<Parameter> chain() {
  return {{"nesterov", Choice{{false, true}}, {compared("momentum", Relation::above, 0)}},
          {"momentum", FinRange{0, 0.9, 4}, {is("optimizer", {text("sgd")})}},
          {"epochs", Constant{std::int64_t{27}}},
          {"optimizer", Choice{{text("adam"), text("sgd"), text("lamb")}}}};
}

/// 2 + 1 + 6 configurations: adam and lamb; sgd with momentum 0; sgd with three momenta, each with
/// both values of nesterov.
Space finite_space() {
  return Space(chain());
}

/// The same without lamb, and without nesterov at 0.9: 1 + 1 + 5.
Space forbidding_space() {
  return Space(chain(), {{is("optimizer", {text("lamb")})},
                         {is("nesterov", {true}), compared("momentum", Relation::at_least, 0.8)}});
}

Space infinite_space() {
  return Space({{"lr", LogUniform{1e-5, 1}},
                {"layers", RandInt{1, 3}},
                {"width", LogRandInt{16, 1024}, {compared("layers", Relation::at_least, 2)}}},
               {{compared("lr", Relation::above, 0.1), is("layers", {std::int64_t{3}})}});
}

BOOST_AUTO_TEST_CASE(a_requirement_compares_numbers_and_names_values) {
  BOOST_TEST(holds(is("a", {text("x"), text("y")}), text("y")));
  BOOST_TEST(!holds(is("a", {text("1")}), Value{std::int64_t{1}}));
  BOOST_TEST(
      holds({.parameter = "a", .relation = Relation::none_of, .values = {text("x")}}, text("y")));
  BOOST_TEST(holds(compared("a", Relation::below, 2), Value{std::int64_t{1}}));
  BOOST_TEST(!holds(compared("a", Relation::below, 1), Value{1.0}));
  BOOST_TEST(holds(compared("a", Relation::at_most, 1), Value{1.0}));
  BOOST_TEST(holds(compared("a", Relation::at_least, 1), Value{1.0}));
  BOOST_TEST(!holds(compared("a", Relation::above, 1), Value{1.0}));
  BOOST_TEST(!holds(compared("a", Relation::above, 1), text("2")));
}

BOOST_AUTO_TEST_CASE(a_condition_of_an_absent_parameter_does_not_hold) {
  const Condition condition{is("a", {true})};
  BOOST_TEST(holds(condition, {{"a", true}}));
  BOOST_TEST(!holds(condition, {{"b", true}}));
  BOOST_TEST(holds(Condition{}, {}));
  BOOST_TEST(to_text({is("a", {true, 1.5}), compared("b", Relation::at_least, 2)}) ==
             "a is true or 1.5, b >= 2");
}

BOOST_AUTO_TEST_CASE(an_inactive_parameter_is_absent_with_all_that_depend_on_it) {
  const Space space = finite_space();
  const Config adam = space.completed({{"momentum", 0.9}, {"nesterov", true}});
  BOOST_TEST((adam == Config{{"epochs", std::int64_t{27}}, {"optimizer", text("adam")}}));
  const Config sgd = space.completed({{"optimizer", text("sgd")}, {"momentum", 0.9}});
  BOOST_TEST((sgd == Config{{"nesterov", false},
                            {"momentum", 0.9},
                            {"epochs", std::int64_t{27}},
                            {"optimizer", text("sgd")}}));
  BOOST_TEST(space.contains(adam));
  BOOST_TEST(space.contains(sgd));
  BOOST_TEST(!space.contains(
      {{"nesterov", false}, {"epochs", std::int64_t{27}}, {"optimizer", text("adam")}}));
  BOOST_TEST(!space.contains({{"epochs", std::int64_t{27}}, {"optimizer", text("sgd")}}));
  BOOST_TEST(space.match(adam) != space.match(sgd));
}

BOOST_AUTO_TEST_CASE(cardinality_leaves_out_inactive_and_forbidden_values) {
  BOOST_TEST(finite_space().cardinality().value() == 9u);
  BOOST_TEST(forbidding_space().cardinality().value() == 7u);
  BOOST_TEST(!infinite_space().cardinality().has_value());
  for (const Space& space : {finite_space(), forbidding_space()}) {
    std::vector<Config> configs;
    for (std::uint64_t i = 0; i < space.cardinality().value(); ++i) {
      configs.push_back(space.config_number(i));
      BOOST_TEST(space.contains(configs.back()));
      BOOST_TEST(space.forbidding(configs.back()) == nullptr);
      BOOST_TEST(space.number_of(configs.back()) == i);
    }
    BOOST_TEST(different(space, configs) == configs.size());
  }
}

BOOST_AUTO_TEST_CASE(a_large_space_with_conditions_has_no_cardinality) {
  const Space space({{"a", RandInt{1, 1000}}, {"b", RandInt{1, 1000}}},
                    {{is("a", {std::int64_t{1}}), is("b", {std::int64_t{1}})}});
  BOOST_TEST(!space.cardinality().has_value());
  BOOST_TEST(Space({{"a", RandInt{1, 500}}, {"b", RandInt{1, 500}}},
                   {{is("a", {std::int64_t{1}}), is("b", {std::int64_t{1}})}})
                 .cardinality()
                 .value() == 249'999u);
  // Few configurations among many combinations.
  std::vector<Parameter> parameters{{"on", Choice{{false, true}}}};
  for (char name = 'a'; name < 'm'; ++name)
    parameters.push_back({std::string(1, name), RandInt{1, 9}, {is("on", {true})}});
  BOOST_TEST(!Space(parameters).cardinality().has_value());
  BOOST_TEST(Space(parameters, {{is("on", {true})}}).cardinality().value() == 1u);
}

BOOST_AUTO_TEST_CASE(a_cycle_of_conditions_is_found_and_refused) {
  std::vector<Parameter> parameters = chain();
  BOOST_TEST(condition_cycle(parameters).empty());
  parameters[3].when = {is("nesterov", {true})};
  BOOST_TEST((condition_cycle(parameters) ==
              std::vector<std::string>{"momentum", "optimizer", "nesterov"}));
  BOOST_CHECK_THROW(Space{parameters}, CheckFailure);
  parameters.push_back({"behind", Uniform{0, 1}, {is("nesterov", {true})}});
  BOOST_TEST(condition_cycle(parameters).size() == 3u);
  BOOST_CHECK_THROW(Space({{"a", Uniform{0, 1}, {is("b", {true})}}}), CheckFailure);
  BOOST_CHECK_THROW(Space({{"a", Uniform{0, 1}}}, {Condition{}}), CheckFailure);
}

BOOST_DATA_TEST_CASE(every_searcher_suggests_each_allowed_configuration_once,
                     data::make(every_searcher), searcher_options) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const SearchTerms terms{.space = forbidding_space(), .seed = seed};
    const auto configs = suggestions(searcher_options, terms, 50);
    BOOST_TEST_REQUIRE(configs.size() == 7u);
    BOOST_TEST_REQUIRE(different(terms.space, configs) == 7u);
    for (const Config& config : configs) {
      BOOST_TEST_REQUIRE(terms.space.contains(config));
      BOOST_TEST_REQUIRE(terms.space.forbidding(config) == nullptr);
    }
  }
}

BOOST_DATA_TEST_CASE(every_searcher_respects_conditions_of_an_infinite_space,
                     data::make(every_searcher), searcher_options) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const SearchTerms terms{.space = infinite_space(), .seed = seed};
    const auto configs = suggestions(searcher_options, terms, 40);
    BOOST_TEST_REQUIRE(configs.size() > 20u);
    BOOST_TEST_REQUIRE(different(terms.space, configs) == configs.size());
    for (const Config& config : configs) {
      BOOST_TEST_REQUIRE(terms.space.contains(config));
      BOOST_TEST_REQUIRE(terms.space.forbidding(config) == nullptr);
    }
    BOOST_TEST_REQUIRE((configs == suggestions(searcher_options, terms, 40)));
  }
}

BOOST_DATA_TEST_CASE(every_searcher_ends_where_everything_is_forbidden, data::make(every_searcher),
                     searcher_options) {
  const Condition everything{compared("lr", Relation::at_least, 0)};
  const Space infinite({{"lr", Uniform{0, 1}}, {"units", RandInt{1, 1000}}}, {everything});
  BOOST_TEST(suggestions(searcher_options, {.space = infinite}, 5).empty());
  const Space finite({{"lr", FinRange{0, 1, 5}}, {"units", RandInt{1, 10}}}, {everything});
  BOOST_TEST(suggestions(searcher_options, {.space = finite}, 5).empty());
}

BOOST_DATA_TEST_CASE(every_searcher_refuses_a_forbidden_point, data::make(every_searcher),
                     searcher_options) {
  const SearchTerms terms{.space = forbidding_space(),
                          .points_to_evaluate = {{{"optimizer", text("lamb")}}}};
  BOOST_CHECK_THROW((void)make_searcher(searcher_options, terms), CheckFailure);
}

BOOST_AUTO_TEST_CASE(a_grid_skips_combinations_that_its_first_axes_forbid) {
  // 10^7 combinations, of which those with a below 9 are forbidden. The grid skips them in blocks.
  std::vector<Parameter> parameters;
  for (char name = 'a'; name < 'h'; ++name)
    parameters.push_back({std::string(1, name), RandInt{0, 9}});
  const Space space(parameters, {{compared("a", Relation::below, 9)}});
  const auto configs = suggestions(GridSearcherOptions{.num_samples = 10}, {.space = space}, 11);
  BOOST_TEST(configs.size() == 11u);
  BOOST_TEST((*find(configs.at(0), "a") == Value{std::int64_t{9}}));
  BOOST_TEST((*find(configs.at(10), "f") == Value{std::int64_t{1}}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
