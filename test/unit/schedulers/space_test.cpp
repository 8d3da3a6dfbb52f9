#include "schedulers/space/space.hpp"

#include <cmath>
#include <set>

#include <boost/test/unit_test.hpp>

#include "runtime/core/check.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(space)

Space every_domain() {
  return Space({{"uniform", Uniform{-2, 5}},
                {"loguniform", LogUniform{1e-6, 1}},
                {"reverse", ReverseLogUniform{0, 0.999}},
                {"randint", RandInt{-3, 4}},
                {"lograndint", LogRandInt{1, 1024}},
                {"choice", Choice{{std::string("relu"), std::string("tanh")}}},
                {"ordinal", Ordinal{{std::int64_t{8}, std::int64_t{16}, std::int64_t{64}}}},
                {"finrange", FinRange{0.1, 0.9, 9}},
                {"logfinrange", LogFinRange{1, 1000, 4, true}},
                {"constant", Constant{std::int64_t{81}}}});
}

template <typename T>
T get(const Config& config, std::string_view name) {
  return std::get<T>(*find(config, name));
}

BOOST_AUTO_TEST_CASE(a_draw_is_in_the_space_and_depends_only_on_the_seed) {
  const Space space = every_domain();
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Rng first(seed), second(seed);
    const Config config = space.sample(first);
    BOOST_TEST_REQUIRE(space.contains(config));
    BOOST_TEST((config == space.sample(second)));
  }
}

BOOST_AUTO_TEST_CASE(both_bounds_of_integers_are_drawn) {
  std::set<std::int64_t> plain, log;
  Rng rng(1);
  const Space space({{"plain", RandInt{1, 3}}, {"log", LogRandInt{1, 3}}});
  for (int i = 0; i < 200; ++i) {
    const Config config = space.sample(rng);
    plain.insert(get<std::int64_t>(config, "plain"));
    log.insert(get<std::int64_t>(config, "log"));
  }
  BOOST_TEST((plain == std::set<std::int64_t>{1, 2, 3}));
  BOOST_TEST((log == std::set<std::int64_t>{1, 2, 3}));
}

BOOST_AUTO_TEST_CASE(a_domain_maps_0_and_1_to_its_ends_and_half_to_its_midpoint) {
  const auto real = [](const Domain& domain, double unit) {
    return std::get<double>(value_at(domain, unit));
  };
  BOOST_TEST(real(Uniform{-2, 4}, 0.5) == 1.0);
  BOOST_TEST(real(LogUniform{0.01, 1}, 0) == 0.01);
  BOOST_TEST(std::abs(real(LogUniform{0.01, 1}, 0.5) - 0.1) < 1e-12);
  BOOST_TEST(real(LogUniform{0.01, 1}, 1) == 1.0);
  BOOST_TEST(real(ReverseLogUniform{0, 0.99}, 0) == 0.0);
  BOOST_TEST(std::abs(real(ReverseLogUniform{0, 0.99}, 0.5) - 0.9) < 1e-12);
  BOOST_TEST(real(ReverseLogUniform{0, 0.99}, 1) == 0.99);
}

BOOST_AUTO_TEST_CASE(log_integers_follow_their_logarithm) {
  // P(1) of LogRandInt{1, 1000} is log(1.5/0.5) / log(1000.5/0.5) = 0.1445. The count in 20,000
  // draws has sigma 50; the tolerance is 5 sigma.
  int ones = 0;
  Rng rng(5);
  for (int i = 0; i < 20'000; ++i)
    ones += std::get<std::int64_t>(value_at(LogRandInt{1, 1000}, rng.uniform())) == 1 ? 1 : 0;
  BOOST_TEST(std::abs(ones - 2890) < 250);
}

BOOST_AUTO_TEST_CASE(a_finite_range_has_both_ends_and_even_steps) {
  const Domain domain = FinRange{0.1, 0.9, 9};
  BOOST_TEST(cardinality(domain).value() == 9u);
  BOOST_TEST(std::get<double>(value_number(domain, 0)) == 0.1);
  BOOST_TEST(std::abs(std::get<double>(value_number(domain, 4)) - 0.5) < 1e-12);
  BOOST_TEST(std::get<double>(value_number(domain, 8)) == 0.9);
  BOOST_TEST(contains(domain, Value{0.3}));  // The computed value is 0.30000000000000004.
  BOOST_TEST(!contains(domain, Value{0.35}));
}

BOOST_AUTO_TEST_CASE(a_rounded_range_counts_each_integer_once) {
  const Domain domain = LogFinRange{1, 4, 10, true};
  BOOST_TEST(cardinality(domain).value() == 4u);
  BOOST_TEST((value_number(domain, 1) == Value{std::int64_t{2}}));
  BOOST_TEST(number_of(domain, Value{std::int64_t{4}}) == 3u);
}

BOOST_AUTO_TEST_CASE(the_midpoint_is_in_the_middle_of_each_scale) {
  const Config middle = every_domain().midpoint();
  BOOST_TEST(get<double>(middle, "uniform") == 1.5);
  BOOST_TEST(std::abs(get<double>(middle, "loguniform") - 1e-3) < 1e-12);
  BOOST_TEST(get<std::int64_t>(middle, "randint") == 0);
  BOOST_TEST(get<std::int64_t>(middle, "lograndint") == 32);
  BOOST_TEST(get<std::string>(middle, "choice") == "relu");
  BOOST_TEST(get<std::int64_t>(middle, "ordinal") == 16);
  BOOST_TEST(get<std::int64_t>(middle, "constant") == 81);
  BOOST_TEST(every_domain().contains(middle));
}

BOOST_AUTO_TEST_CASE(numbers_the_configurations_of_a_finite_space_in_nested_loops) {
  const Space space({{"a", RandInt{5, 6}}, {"c", Constant{true}}, {"b", Choice{{1.5, 2.5, 3.5}}}});
  BOOST_TEST(space.cardinality().value() == 6u);
  std::set<std::string> seen;
  for (std::uint64_t i = 0; i < 6; ++i) {
    const Config config = space.config_number(i);
    BOOST_TEST(space.contains(config));
    BOOST_TEST(space.number_of(config) == i);
    seen.insert(space.match(config));
  }
  BOOST_TEST(seen.size() == 6u);
  BOOST_TEST((space.config_number(1) == Config{{"a", std::int64_t{5}}, {"c", true}, {"b", 2.5}}));
  BOOST_CHECK_THROW((void)space.config_number(6), CheckFailure);
}

BOOST_AUTO_TEST_CASE(a_continuum_has_no_cardinality) {
  BOOST_TEST(!every_domain().cardinality().has_value());
  const Space huge({{"a", RandInt{0, 1LL << 40}}, {"b", RandInt{0, 1LL << 40}}});
  BOOST_TEST(!huge.cardinality().has_value());
}

BOOST_AUTO_TEST_CASE(completes_a_partial_configuration_by_the_midpoint) {
  const Space space({{"lr", Uniform{0, 1}}, {"act", Choice{{std::string("a"), std::string("b")}}}});
  BOOST_TEST((space.completed({{"act", std::string("b")}}) ==
              Config{{"lr", 0.5}, {"act", std::string("b")}}));
}

BOOST_AUTO_TEST_CASE(configurations_match_to_seven_digits_and_by_type) {
  BOOST_TEST(match_of(0.1) == match_of(0.10000000001));
  BOOST_TEST(match_of(0.1) != match_of(0.1000001));
  BOOST_TEST(match_of(std::string("1")) != match_of(std::int64_t{1}));
  BOOST_TEST(match_of(true) != match_of(std::string("true")));
}

BOOST_AUTO_TEST_CASE(refuses_empty_domains_and_doubled_names) {
  BOOST_CHECK_THROW(Space({{"a", Uniform{1, 1}}}), CheckFailure);
  BOOST_CHECK_THROW(Space({{"a", LogUniform{0, 1}}}), CheckFailure);
  BOOST_CHECK_THROW(Space({{"a", Uniform{std::nan(""), 1}}}), CheckFailure);
  BOOST_CHECK_THROW(Space({{"a", Choice{}}}), CheckFailure);
  BOOST_CHECK_THROW(Space({{"a", Choice{{1.0, 1.00000000001}}}}), CheckFailure);
  BOOST_CHECK_THROW(Space({{"a", RandInt{1, 2}}, {"a", RandInt{1, 2}}}), CheckFailure);
}

BOOST_AUTO_TEST_CASE(prints_values_as_programs_read_them) {
  BOOST_TEST(text_of(Value{0.1}) == "0.1");
  BOOST_TEST(text_of(Value{1e-5}) == "1e-05");
  BOOST_TEST(text_of(Value{3.0}) == "3.0");
  BOOST_TEST(text_of(Value{std::int64_t{3}}) == "3");
  BOOST_TEST(text_of(Value{true}) == "true");
  BOOST_TEST(text_of(Value{std::string("a b")}) == "a b");
  BOOST_TEST(std::stod(text_of(0.1 + 0.2)) == 0.1 + 0.2);
}

BOOST_AUTO_TEST_CASE(a_logarithmic_range_has_exact_powers) {
  const auto values = [](const Domain& domain) {
    std::vector<double> list;
    for (std::uint64_t i = 0; i < *cardinality(domain); ++i)
      list.push_back(std::get<double>(value_number(domain, i)));
    return list;
  };
  for (const int from : {-30, -3, 0, 10, 20}) {
    const auto powers = values(LogFinRange{std::exp2(from), std::exp2(from + 13), 14});
    BOOST_TEST_REQUIRE(powers.size() == 14u);
    for (std::size_t i = 0; i < powers.size(); ++i)
      BOOST_TEST(powers[i] == std::exp2(from + static_cast<int>(i)));
  }
  BOOST_TEST((values(LogFinRange{1e-9, 1e-1, 9}) ==
              std::vector<double>{1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1}));
  BOOST_TEST((values(FinRange{0.1, 1, 10}) ==
              std::vector<double>{0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1}));
  BOOST_TEST((values(FinRange{100'000, 700'000, 4}) ==
              std::vector<double>{100'000, 300'000, 500'000, 700'000}));
  BOOST_TEST(values(FinRange{-1e308, 0.5e308, 3})[1] == -2.5e307);
}

BOOST_AUTO_TEST_CASE(integers_in_steps_are_a_domain_of_their_own) {
  const Domain domain = RandInt{64, 512, 64};
  BOOST_TEST(*cardinality(domain) == 8u);
  for (std::uint64_t i = 0; i < 8; ++i) {
    const Value value = value_number(domain, i);
    BOOST_TEST((value == Value{static_cast<std::int64_t>(64 * (i + 1))}));
    BOOST_TEST(number_of(domain, value) == i);
    BOOST_TEST(contains(domain, value));
    BOOST_TEST((value_at(domain, (static_cast<double>(i) + 0.5) / 8) == value));
  }
  BOOST_TEST((value_at(domain, 1) == Value{std::int64_t{512}}));
  BOOST_TEST(!contains(domain, std::int64_t{100}));
  BOOST_TEST(!contains(domain, std::int64_t{576}));
  BOOST_TEST((midpoint(domain) == Value{std::int64_t{320}}));  // 288 lies between; half to even.
  BOOST_CHECK_THROW(Space({{"x", RandInt{0, 10, 3}}}), CheckFailure);
}

BOOST_AUTO_TEST_CASE(null_and_lists_match_themselves_only) {
  const std::vector<Scalar> list{std::int64_t{64}, std::string("a")};
  const Domain domain = Choice{{std::monostate{}, std::string("null"), list, false}};
  for (std::uint64_t i = 0; i < 4; ++i) BOOST_TEST(number_of(domain, value_number(domain, i)) == i);
  BOOST_TEST(text_of(Value{list}) == R"([64, "a"])");
  BOOST_TEST(text_of(Value{std::monostate{}}) == "null");
  BOOST_TEST(!contains(domain, std::vector<Scalar>{std::int64_t{64}}));
  BOOST_TEST(match_of(std::vector<Scalar>{std::string("1, 1:2")}) !=
             match_of(std::vector<Scalar>{std::string("1"), std::string("2")}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
