// The descriptions of options, and the schedulers and searchers that they belong to.

#include "schedulers/option.hpp"

#include <array>
#include <cmath>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "runtime/core/check.hpp"
#include "schedulers/scheduler_options.hpp"
#include "schedulers/searchers/make_searcher.hpp"

namespace troupe::schedulers {

BOOST_AUTO_TEST_SUITE(described_options)

enum class Fruit { apple, pear };
constexpr std::array<std::string_view, 2> enum_names(Fruit) {
  return {"apple", "pear"};
}

struct Basket {
  double weight = 2.5;
  std::uint32_t count = 3;
  std::optional<Fruit> fruit{};
  bool open = true;
  std::vector<std::int64_t> sizes{};
};

constexpr std::array basket{
    schedulers::option<&Basket::weight>(
        {.key = "weight",
         .range = {.least = 0, .above_least = true, .expected = "above 0"},
         .doc = "in kg. Default {default}"}),
    schedulers::option<&Basket::count>({.key = "count", .doc = "Default {default}"}),
    schedulers::option<&Basket::fruit>({.key = "fruit", .methods = {"market", "garden"}}),
    schedulers::option<&Basket::open>({.key = "open", .doc = "Default {default}"}),
    schedulers::option<&Basket::sizes>({.key = "sizes"}),
};

const Option& of_basket(std::string_view key) {
  return option_named(basket, key);
}

BOOST_AUTO_TEST_CASE(the_type_of_an_option_is_that_of_its_member) {
  BOOST_TEST((of_basket("weight").type == OptionType::real));
  BOOST_TEST((of_basket("count").type == OptionType::integer));
  BOOST_TEST((of_basket("fruit").type == OptionType::choice));
  BOOST_TEST((of_basket("open").type == OptionType::boolean));
  BOOST_TEST((of_basket("sizes").type == OptionType::integers));
  BOOST_TEST(of_basket("fruit").names.size() == 2u);
  BOOST_CHECK_THROW((void)of_basket("colour"), CheckFailure);
}

BOOST_AUTO_TEST_CASE(values_go_into_the_member_and_come_out_of_it) {
  Basket filled;
  BOOST_TEST(!of_basket("fruit").get(&filled).has_value());
  of_basket("fruit").set(&filled, std::int64_t{1});
  of_basket("count").set(&filled, std::int64_t{7});
  of_basket("weight").set(&filled, 0.5);
  of_basket("open").set(&filled, false);
  of_basket("sizes").set(&filled, std::vector<std::int64_t>{4, 5});
  BOOST_TEST((filled.fruit == Fruit::pear));
  BOOST_TEST(filled.count == 7u);
  BOOST_TEST(filled.weight == 0.5);
  BOOST_TEST(!filled.open);
  const auto text = [&](std::string_view key) {
    return value_text(of_basket(key), of_basket(key).get(&filled).value());
  };
  BOOST_TEST(text("fruit") == "pear");
  BOOST_TEST(text("count") == "7");
  BOOST_TEST(text("weight") == "0.5");
  BOOST_TEST(text("open") == "false");
  BOOST_TEST(text("sizes") == "[4, 5]");
}

BOOST_AUTO_TEST_CASE(documentation_names_the_initializer_of_the_member) {
  const Basket defaults;
  BOOST_TEST(doc_of(of_basket("weight"), &defaults) == "in kg. Default 2.5");
  BOOST_TEST(doc_of(of_basket("count"), &defaults) == "Default 3");
  BOOST_TEST(doc_of(of_basket("open"), &defaults) == "Default true");
}

BOOST_AUTO_TEST_CASE(a_value_out_of_range_is_a_problem_with_its_key) {
  std::vector<OptionProblem> found;
  check_range(of_basket("weight"), 1e-9, found);
  BOOST_TEST(found.empty());
  check_range(of_basket("weight"), 0, found);
  check_range(of_basket("weight"), std::nan(""), found);
  BOOST_TEST_REQUIRE(found.size() == 2u);
  BOOST_TEST(found[0].option == "weight");
  BOOST_TEST(found[0].what == "weight is 0; it must be above 0");
}

BOOST_AUTO_TEST_CASE(an_option_is_for_the_methods_that_it_names_or_for_all) {
  BOOST_TEST(of_basket("fruit").is_for("garden"));
  BOOST_TEST(!of_basket("fruit").is_for("shop"));
  BOOST_TEST(of_basket("count").is_for("shop"));
}

BOOST_AUTO_TEST_CASE(methods_have_names_of_their_own) {
  std::set<std::string_view> names;
  std::size_t count = 0;
  for (const SchedulerMethod& method : scheduler_methods()) {
    names.insert(method.name);
    ++count;
    for (const std::string_view synonym : method.synonyms)
      if (!synonym.empty()) {
        names.insert(synonym);
        ++count;
        BOOST_TEST(scheduler_method(synonym) == &method);
      }
    BOOST_TEST(scheduler_method(method.name) == &method);
    BOOST_TEST(!method.doc.empty());
  }
  BOOST_TEST(names.size() == count);
  BOOST_TEST(scheduler_method("") == nullptr);
  BOOST_TEST(scheduler_method("ash") == nullptr);
  BOOST_TEST(searcher_method("quasi_random") == searcher_method("sobol"));
  BOOST_TEST(searcher_method("") == nullptr);
}

BOOST_AUTO_TEST_CASE(study_files_depend_on_the_names_of_the_methods) {
  std::string names;
  for (const SchedulerMethod& method : scheduler_methods()) names += std::string(method.name) + " ";
  for (const SearcherMethod& method : searcher_methods()) names += std::string(method.name) + " ";
  BOOST_TEST(names ==
             "asha pasha hyperband rush successive_halving synchronous_hyperband synchronous_rush "
             "k_epoch fifo random_choice random grid sobol mobster bo tpe ");
}

BOOST_AUTO_TEST_CASE(every_described_option_can_be_stored_and_is_documented) {
  for (SchedulerMethod method : scheduler_methods()) {
    std::set<std::string_view> keys;
    for (const Option& described : described(method.options)) {
      BOOST_TEST_CONTEXT(method.name << " " << described.key) {
        BOOST_TEST(keys.insert(described.key).second);
        BOOST_TEST(!described.doc.empty());
        BOOST_TEST(described.owner != nullptr);
        for (const std::string_view name : described.methods)
          BOOST_TEST((name.empty() || scheduler_method(name) != nullptr));
        if (described.type == OptionType::section) continue;
        std::visit(
            [&](auto& options) {
              const auto value = described.get(&options);
              if (!value) return;
              described.set(&options, *value);
              BOOST_TEST((described.get(&options) == value));
            },
            method.options);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(a_key_is_for_the_methods_that_describe_it) {
  using Names = std::vector<std::string_view>;
  BOOST_TEST((methods_with("own_rungs") == Names{"hyperband"}));
  BOOST_TEST((methods_with("ranking") == Names{"pasha", "rush"}));
  BOOST_TEST((methods_with("k") == Names{"k_epoch"}));
  BOOST_TEST((methods_with("reduction_factor") ==
              Names{"asha", "pasha", "hyperband", "rush", "successive_halving",
                    "synchronous_hyperband", "synchronous_rush"}));
  BOOST_TEST(methods_with("epochs").empty());
}

AsyncSuccessiveHalvingOptions resolved(const GivenOptions& given, const std::string& expected) {
  auto options = std::get<AsyncSuccessiveHalvingOptions>(scheduler_method(given.method)->options);
  std::string found;
  for (const OptionProblem& problem : resolve(options, given))
    found += std::string(problem.option) + " ";
  BOOST_TEST(found == expected);
  return options;
}

BOOST_AUTO_TEST_CASE(the_rule_follows_the_ceiling_unless_it_is_given) {
  BOOST_TEST((resolved({.method = "asha", .written = "asha"}, "").rule == Rule::stopping));
  BOOST_TEST((resolved({.method = "pasha", .written = "pasha"}, "").rule == Rule::promotion));
  BOOST_TEST(
      (resolved({.method = "rush", .written = "rush_promotion"}, "").rule == Rule::promotion));
  (void)resolved({.method = "rush", .written = "rush_stopping", .keys = {"type"}}, "");
  (void)resolved({.method = "rush", .written = "rush_promotion", .keys = {"type"}}, "type ");
}

BOOST_AUTO_TEST_CASE(keys_that_exclude_each_other_are_problems) {
  (void)resolved({.method = "asha", .written = "asha", .keys = {"ranking"}}, "ranking ");
  (void)resolved({.method = "asha", .written = "asha", .keys = {"rung_levels", "grace_period"}},
                 "grace_period ");
  (void)resolved({.method = "asha",
                  .written = "asha",
                  .keys = {"rung_levels", "grace_period"},
                  .refused = {"rung_levels"}},
                 "");
  (void)resolved({.method = "pasha", .written = "pasha", .keys = {"ranking", "ranking.p"}},
                 "ranking.p ");
}

BOOST_AUTO_TEST_CASE(what_the_study_decides_is_filled_in) {
  const StudyTerms study{.mode = Mode::max,
                         .max_resource = 81,
                         .on_early_exit = EarlyExit::drop,
                         .seed = 7,
                         .incumbents = {0, 1}};
  for (SchedulerMethod method : scheduler_methods())
    if (method.name != "synchronous_rush") {  // It has no default budget.
      apply_study(study, method.options);
      BOOST_TEST(problems(method.options).empty(), method.name);
      BOOST_TEST(outline(method.options, 9).front().rungs.back().resource == 81);
    }
  AsyncSuccessiveHalvingOptions without{.hurdle = HurdleRule::none};
  apply_study(study, without);
  BOOST_TEST(without.incumbents.empty());
  BOOST_TEST(without.seed == 7u);
  FifoOptions fixed{.length = 3};
  apply_study(study, fixed);
  BOOST_TEST(fixed.length == 3);
  BOOST_TEST(problems(FifoOptions{.length = 99}, study).at(0).option == "k");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace troupe::schedulers
