// Conditions in a study file: `when`, `forbid`, and their effect on points and incumbents.

#include <boost/test/unit_test.hpp>

#include "actors/study_file/study_file.hpp"
#include "actors/study_file/study_spec.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(study_file_conditions)

using namespace schedulers;

const std::string head = R"(study: conditions
entry: {command: [sh, train.sh]}
metric: loss
mode: min
resource_attr: epoch
max_t: 243
scheduler: {name: asha}
stop_criterion: {max_num_trials_started: 9}
config_space:
  nesterov: {choice: [false, true], when: {momentum: "> 0"}}
  momentum: {finrange: [0, 0.9, 4], when: {optimizer: [sgd, lars]}}
  optimizer: {choice: [adam, sgd, lars]}
  layers: {randint: [1, 8]}
)";

StudyFile read(const std::string& rest) {
  return read_study_text(head + rest, "/studies/a/study.yaml");
}

std::string printed(const StudyFile& file) {
  std::string text;
  for (const Problem& problem : file.problems) text += to_text(problem);
  return text;
}

StudySpec good(const std::string& rest) {
  StudyFile file = read(rest);
  BOOST_TEST_REQUIRE(file.spec.has_value(), printed(file));
  BOOST_TEST(file.problems.empty(), printed(file));
  return std::move(*file.spec);
}

void expect(const std::string& rest, Position at, const std::string& words) {
  const StudyFile file = read(rest);
  BOOST_TEST_REQUIRE(file.problems.size() == 1u, printed(file));
  BOOST_TEST((file.problems[0].at == at), printed(file));
  BOOST_TEST(file.problems[0].message.find(words) != std::string::npos, printed(file));
}

BOOST_AUTO_TEST_CASE(a_parameter_may_wait_for_one_further_down) {
  const StudySpec spec = good("");
  using Relation = Requirement::Relation;
  BOOST_TEST((spec.config_space.find("nesterov")->when ==
              Condition{{.parameter = "momentum", .relation = Relation::above, .bound = 0}}));
  BOOST_TEST((spec.config_space.find("momentum")->when ==
              Condition{{.parameter = "optimizer",
                         .relation = Relation::one_of,
                         .values = {std::string("sgd"), std::string("lars")}}}));
  // adam, and twice (momentum 0, and three with both kinds of nesterov), for each number of layers.
  BOOST_TEST(spec.config_space.cardinality().value() == (1 + 2 * (1 + 3 * 2)) * 8u);
  BOOST_TEST((spec.points_to_evaluate == std::vector<Config>{{{"optimizer", std::string("adam")},
                                                              {"layers", std::int64_t{4}}}}));
}

BOOST_AUTO_TEST_CASE(every_comparison_is_understood) {
  for (const auto& [text, left] : {std::pair{"\"< 3\"", 6u},
                                   {"\"<= 3\"", 5u},
                                   {"\">3\"", 3u},
                                   {"\">=   3\"", 2u},
                                   {"3", 7u},
                                   {"[3, 4]", 6u},
                                   {"\"!= 3\"", 1u}}) {
    const StudySpec spec =
        good("forbid: [{optimizer: \"!= adam\"}, {layers: " + std::string(text) + "}]\n");
    BOOST_TEST(spec.config_space.cardinality().value() == left, text);
  }
}

BOOST_AUTO_TEST_CASE(a_word_that_looks_like_a_comparison_is_a_value_first) {
  const StudySpec spec = good("  rule: {choice: [\"> 1\", \"< 1\"]}\nforbid: [{rule: \"> 1\"}]\n");
  BOOST_TEST((*find(spec.config_space.config_number(0), "rule") == Value{std::string("< 1")}));
}

BOOST_AUTO_TEST_CASE(the_middle_is_left_out_where_it_is_forbidden) {
  BOOST_TEST(good("forbid: [{layers: 4}]\n").points_to_evaluate.empty());
}

BOOST_AUTO_TEST_CASE(points_and_incumbents_give_what_is_active_only) {
  const StudyFile file = read(
      "incumbents: [{optimizer: adam, layers: 2}]\n"
      "points_to_evaluate: [{optimizer: sgd, momentum: 0.9}]\n");
  BOOST_TEST_REQUIRE(file.spec.has_value(), printed(file));
  const StudySpec& spec = *file.spec;
  BOOST_TEST(spec.incumbents.at(0).size() == 2u);
  BOOST_TEST(spec.points_to_evaluate.at(0).size() == 4u);
  expect("points_to_evaluate: [{momentum: 0.9}]\n", {14, 23},
         "used only when optimizer is sgd or lars; here optimizer is adam");
  expect("points_to_evaluate: [{nesterov: true}]\n", {14, 23}, "here momentum is not used either");
  expect("incumbents: [{optimizer: sgd, momentum: 0.9, layers: 2}]\n", {14, 14},
         "lacks 'nesterov'");
  expect("forbid: [{layers: \"> 7\"}]\nincumbents: [{optimizer: adam, layers: 8}]\n", {15, 14},
         "is forbidden: layers > 7");
}

BOOST_AUTO_TEST_CASE(a_parameter_with_a_problem_takes_along_what_waits_for_it) {
  expect(
      "  a: {uniform: [1, 0]}\n  b: {uniform: [0, 1], when: {a: 5}}\n"
      "  c: {uniform: [0, 1], when: {b: \"> 0.5\"}}\nforbid: [{c: \"> 0.5\"}]\n"
      "points_to_evaluate: [{c: 7}]\n",
      {14, 17}, "is empty");
  expect(
      "  a: {uniform: [0, 1], when: {optimizer: x}}\n  b: {uniform: [0, 1], when: {a: \"> "
      "0.5\"}}\n",
      {14, 42}, "the text 'x' is not in the space");
  expect("  a: {choice: [1, 2], when: {a: 1}}\n  b: {uniform: [0, 1], when: {a: 2}}\n", {14, 23},
         "'when' goes in a circle: a waits for a");
}

BOOST_AUTO_TEST_CASE(one_mistake_in_a_condition_is_one_message) {
  expect("forbid: [{}]\n", {14, 10}, "found an empty mapping");
  expect("forbid: [7]\n", {14, 10}, "a condition of forbid must be a mapping");
  expect("forbid: [{layers: []}]\n", {14, 19}, "the list is empty");
  expect("forbid: [{layers: [1, 9]}]\n", {14, 23}, "the number 9 is not in the space");
  expect("forbid: [{layers: 2.5}]\n", {14, 19}, "expected a value of randint: [1, 8]");
  expect("forbid: [{layers: \"> many\"}]\n", {14, 19}, "must compare with a number");
  expect("forbid: [{layers: \">= 1\"}]\n", {14, 19}, "holds for every value of randint");
  expect("forbid: [{optimizer: \"!= adm\"}]\n", {14, 22}, "what '!= adm' excludes is not in");
}

BOOST_AUTO_TEST_CASE(sobol_is_a_searcher) {
  const StudySpec spec = good("searcher: sobol\nforbid: [{layers: 4}]\n");
  BOOST_TEST((spec.searcher.options == SearcherOptions(SobolSearcherOptions{})));
  BOOST_TEST(searcher_of(spec, 0)->suggest(0).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
