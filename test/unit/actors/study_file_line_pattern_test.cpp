#include <functional>

#include <boost/test/unit_test.hpp>
#include <pthread.h>

#include "actors/study_file/line_pattern.hpp"
#include "actors/study_file/pattern_reach.hpp"
#include "actors/study_file/templates.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(study_file_line_pattern)

using Groups = std::vector<std::pair<std::string, std::string>>;

LinePattern pattern(std::string_view expression) {
  return LinePattern::compile(expression).value();
}

/// Names and texts of the groups that match.
Groups groups_in(const LinePattern& of, std::string_view line) {
  Groups found;
  const auto matched = of.match(line);
  for (const auto& group : matched.value()) found.emplace_back(group.name, group.text);
  return found;
}

/// A stack as small as a handler's; a part of it is in use.
void on_small_stack(const std::function<void()>& work) {
#ifdef __SANITIZE_THREAD__  // Which needs some for itself.
  constexpr std::size_t bytes = std::size_t{1} << 20;
#else
  constexpr std::size_t bytes = std::size_t{192} << 10;
#endif
  pthread_attr_t small;
  pthread_attr_init(&small);
  BOOST_TEST_REQUIRE(pthread_attr_setstacksize(&small, bytes) == 0);
  pthread_t thread{};
  const auto call = [](void* argument) -> void* {
    (*static_cast<const std::function<void()>*>(argument))();
    return nullptr;
  };
  void* argument = const_cast<std::function<void()>*>(&work);
  BOOST_TEST_REQUIRE(pthread_create(&thread, &small, call, argument) == 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&small);
}

BOOST_AUTO_TEST_CASE(finds_named_groups_of_perl_and_of_python) {
  for (const char* expression : {R"(^\[(?<round>\d+)\]\s+valid-error:(?<error>[-+.\deE]+))",
                                 R"(^\[(?P<round>\d+)\]\s+valid-error:(?P<error>[-+.\deE]+))"}) {
    const auto xgboost = pattern(expression);
    BOOST_TEST((xgboost.names() == std::vector<std::string>{"round", "error"}));
    BOOST_TEST((groups_in(xgboost, "[12]\tvalid-error:0.0175") ==
                Groups{{"round", "12"}, {"error", "0.0175"}}));
    BOOST_TEST(!xgboost.match("done").has_value());
  }
}

BOOST_AUTO_TEST_CASE(knows_patterns_that_no_line_can_match) {
  for (const char* expression : {R"(a\nb)",
                                 "a\nb",
                                 R"(a\r\n)",
                                 R"((a\n)+)",
                                 R"((?:a|b)\n{1,3})",
                                 R"(a\n|b\r)",
                                 R"([\n])",
                                 R"([\r\n]+)",
                                 R"(\x0a)",
                                 R"(\x{a})",
                                 R"(\012)",
                                 R"(\o{12})",
                                 R"(\cJ)",
                                 R"(\N{U+A})",
                                 R"(\R)",
                                 R"((?=\n)a)",
                                 R"((?x) a \n)",
                                 R"(\Qa)"
                                 "\n"
                                 R"(\E)",
                                 R"((?<x>a)\n)",
                                 R"(\e\[)",
                                 R"(\x1b)",
                                 R"(\033)",
                                 "\x1b",
                                 R"((?>\n))",
                                 R"(\n++)",
                                 R"((?<=\n)a)",
                                 R"((?i:A\n))"})
    BOOST_TEST(!why_unmatchable(expression).empty(), expression);
  for (const char* expression : {"",
                                 "a",
                                 R"(a\n?)",
                                 R"(a\n*b)",
                                 R"(a\n{0,2})",
                                 R"([^\n]+)",
                                 R"([\s\n])",
                                 R"([a\n])",
                                 R"(a|\n)",
                                 R"((\n|$))",
                                 R"((?!\n)a)",
                                 R"((?<!\n)a)",
                                 R"(\\n)",
                                 R"(\s+)",
                                 R"((?#\n)a)",
                                 "(?x)a\nb # \\n\n",
                                 R"([]\n])",
                                 R"([[:space:]\n])",
                                 R"((?:a\n)?)",
                                 R"(\Q\n\E)",
                                 R"(\p{L}\k{x})",
                                 R"((?<n>r))",
                                 R"(\t\x41)",
                                 R"((a)\1)",
                                 R"([)",
                                 R"(a{x}\n?)",
                                 R"((?|a|\n))",
                                 R"(\N)"})
    BOOST_TEST(why_unmatchable(expression).empty(), expression);
}

BOOST_AUTO_TEST_CASE(leaves_out_a_group_that_took_no_part) {
  const auto either = pattern(R"(loss=(?<loss>\S+)|acc=(?<acc>\S+))");
  BOOST_TEST((groups_in(either, "acc=0.5") == Groups{{"acc", "0.5"}}));
}

BOOST_AUTO_TEST_CASE(is_not_misled_by_what_only_looks_like_a_group) {
  const auto odd = pattern(R"(\(?<[(?<x>]*(?<=a)(?<real>b))");
  BOOST_TEST((odd.names() == std::vector<std::string>{"real"}));
}

BOOST_AUTO_TEST_CASE(says_what_is_wrong_with_an_expression) {
  BOOST_TEST(!LinePattern::compile("(?<a>x").has_value());
  BOOST_TEST(!LinePattern::compile("(?<a").has_value());
  BOOST_TEST(!LinePattern::compile("*").has_value());
  BOOST_TEST(LinePattern::compile("(?<ab>x)(?<ab>y)").error().what == "two groups are named 'ab'");
  BOOST_TEST(LinePattern::compile("(?P<a>x)(?P<a>y)").error().what == "two groups are named 'a'");
  BOOST_TEST(LinePattern::compile("(?<a>x").error().what ==
             "missing closing parenthesis, at its end");
  BOOST_TEST(LinePattern::compile("loss **(?<a>x)").error().what ==
             "quantifier does not follow a repeatable item, at character 7, before '*(?<a>x)'");
}

BOOST_AUTO_TEST_CASE(survives_long_lines_and_pathological_patterns) {
  const std::string line(1'000'000, 'a');
  BOOST_TEST(!pattern("(?<x>.*)b").match(line).has_value());
  BOOST_TEST(!pattern("^(a+)+(?<x>b)").match(line).has_value());
  BOOST_TEST(!pattern("^(?:(?:a|aa)*)*(?<x>b)").match(line).has_value());
}

BOOST_AUTO_TEST_CASE(a_long_or_deep_expression_is_refused_before_it_costs_anything) {
  const std::string deep = std::string(5'000, '(') + "x" + std::string(5'000, ')');
  BOOST_TEST(LinePattern::compile(deep).error().what.find("too deeply nested") !=
             std::string::npos);
  BOOST_TEST(!LinePattern::compile(std::string(70'000, 'x')).has_value());
}

BOOST_AUTO_TEST_CASE(little_stack_is_enough_to_compile_and_match) {
  std::string found;
  const auto use = [&found] {
    const auto nested = pattern(std::string(200, '(') + "(?<x>a+)" + std::string(200, ')'));
    found = nested.match(std::string(100'000, 'a'))->at(0).text;
  };
  on_small_stack(use);
  BOOST_TEST(found.size() == 100'000u);
}

BOOST_AUTO_TEST_CASE(templates_name_parameters_and_are_replaced) {
  BOOST_TEST((template_names("--lr=${lr} ${a}${b} $c $${d} ${") ==
              std::vector<std::string>{"lr", "a", "b"}));
  const auto lookup = [](std::string_view name) -> std::optional<std::string> {
    if (name == "lr") return "0.1";
    return std::nullopt;
  };
  BOOST_TEST(expand_templates("x${lr}y${z}$${lr} ${", lookup) == "x0.1y${z}${lr} ${");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
