// Scalars by the core schema of YAML 1.2, sizes of memory, and similar names.

#include <cmath>

#include <boost/test/unit_test.hpp>

#include "actors/study_file/problem.hpp"
#include "actors/study_file/scalar.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(study_file_scalar)

bool is_text(std::string_view text) {
  return plain_scalar(text) == Scalar{std::string(text)};
}

BOOST_AUTO_TEST_CASE(numbers_are_those_of_yaml_1_2) {
  BOOST_TEST((plain_scalar("1e-3") == Scalar{1e-3}));
  BOOST_TEST((plain_scalar("1E5") == Scalar{1e5}));
  BOOST_TEST((plain_scalar(".5") == Scalar{0.5}));
  BOOST_TEST((plain_scalar("5.") == Scalar{5.0}));
  BOOST_TEST((plain_scalar("+7") == Scalar{std::int64_t{7}}));
  BOOST_TEST((plain_scalar("-0") == Scalar{std::int64_t{0}}));
  BOOST_TEST((plain_scalar("010") == Scalar{std::int64_t{10}}));
  BOOST_TEST((plain_scalar("0o10") == Scalar{std::int64_t{8}}));
  BOOST_TEST((plain_scalar("0xff") == Scalar{std::int64_t{255}}));
  BOOST_TEST((plain_scalar("-.inf") == Scalar{-INFINITY}));
  BOOST_TEST(std::isnan(std::get<double>(plain_scalar(".nan"))));
  BOOST_TEST((plain_scalar("99999999999999999999") == Scalar{1e20}));
  BOOST_TEST((plain_scalar("1e999") == Scalar{INFINITY}));
  BOOST_TEST((plain_scalar("1e-999") == Scalar{0.0}));
}

BOOST_AUTO_TEST_CASE(what_yaml_1_1_mistook_is_text) {
  for (const char* text :
       {"no", "yes", "on", "off", "y",   "1_000", "1:30", "0b1", "-",     "+",
        ".",  "e5",  "1e", "0x",  "0o9", "-0x1",  "inf",  "nan", "1.2.3", "tRue"})
    BOOST_TEST(is_text(text), text);
}

BOOST_AUTO_TEST_CASE(knows_nothing_and_truth) {
  BOOST_TEST((plain_scalar("") == Scalar{}));
  BOOST_TEST((plain_scalar("~") == Scalar{}));
  BOOST_TEST((plain_scalar("null") == Scalar{}));
  BOOST_TEST((plain_scalar("True") == Scalar{true}));
  BOOST_TEST((plain_scalar("FALSE") == Scalar{false}));
}

BOOST_AUTO_TEST_CASE(reads_sizes_of_memory) {
  BOOST_TEST(memory_size("4096").value() == 4096u);
  BOOST_TEST(memory_size("64M").value() == 64u << 20);
  BOOST_TEST(memory_size("64 MiB").value() == 64u << 20);
  BOOST_TEST(memory_size("1.5G").value() == 3u << 29);
  BOOST_TEST(memory_size("2GB").value() == 2'000'000'000u);
  for (const char* text : {"", "G", "-1G", "4X", "4Gx", "1e9", "9999999999T", "nan", "4 G B"})
    BOOST_TEST(!memory_size(text).has_value(), text);
}

BOOST_AUTO_TEST_CASE(finds_the_word_that_was_meant) {
  const std::vector<std::string_view> names{"metric", "mode", "n_workers", "max_t"};
  BOOST_TEST(nearest("metrc", names) == "metric");
  BOOST_TEST(nearest("moed", names) == "mode");
  BOOST_TEST(nearest("Metric", names) == "metric");
  BOOST_TEST(nearest("n-workers", names) == "n_workers");
  BOOST_TEST(nearest("worker", names) == "n_workers");
  BOOST_TEST(nearest("banana", names) == "");
  BOOST_TEST(nearest(std::string(10'000, 'm'), names) == "");
}

BOOST_AUTO_TEST_CASE(points_at_the_place_with_a_caret) {
  ProblemList problems("s.yaml", "a: 1\r\n\tsch\xC3\xB6n: x\n");
  problems.warning({2, 8}, "second");
  problems.error({1, 1}, "first");
  BOOST_TEST(problems.has_errors());
  const auto sorted = problems.sorted();
  BOOST_TEST(to_text(sorted.at(0)) == "s.yaml:1:1: error: first\n  1 | a: 1\n    | ^\n");
  BOOST_TEST(to_text(sorted.at(1)) ==
             "s.yaml:2:8: warning: second\n  2 | \tsch\xC3\xB6n: x\n    | \t      ^\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
