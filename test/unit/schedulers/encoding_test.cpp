#include "schedulers/searchers/encoding.hpp"

#include <cmath>
#include <fstream>
#include <set>
#include <string>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include "runtime/core/rng.hpp"
#include "test/unit/schedulers/reference_fixtures.hpp"

namespace troupe::schedulers {
namespace {

BOOST_AUTO_TEST_SUITE(encoding)

using nlohmann::json;

std::vector<Value> texts(std::initializer_list<const char*> all) {
  std::vector<Value> values;
  for (const char* one : all) values.emplace_back(std::string(one));
  return values;
}

std::vector<Value> integers_of(std::initializer_list<std::int64_t> all) {
  return {all.begin(), all.end()};
}

/// The space of the reference's fixtures.
Space fixture_space() {
  return Space({{"lr", LogUniform{1e-4, 1}},
                {"width", LogRandInt{4, 128}},
                {"depth", RandInt{1, 5}},
                {"mom", Uniform{0, 0.99}},
                {"act", Choice{texts({"relu", "tanh", "gelu"})}},
                {"bn", Choice{texts({"y", "n"})}},
                {"bs", LogFinRange{8, 128, 5, true}},
                {"drop", FinRange{0, 0.5, 6}},
                {"ord", Ordinal{integers_of({1, 3, 9, 27})}},
                {"ordeq", Ordinal{texts({"s", "m", "l"})}}});
}

Config config_of(const Space& space, const json& given) {
  Config config;
  for (const Parameter& parameter : space.parameters()) {
    const json& value = given.at(parameter.name);
    if (value.is_string())
      config.push_back({parameter.name, value.get<std::string>()});
    else if (value.is_number_integer())
      config.push_back({parameter.name, value.get<std::int64_t>()});
    else if (parameter.name == "drop")  // The reference computes 0.30000000000000004.
      config.push_back({parameter.name, without_rounding_error(value.get<double>())});
    else
      config.push_back({parameter.name, value.get<double>()});
  }
  return config;
}

BOOST_AUTO_TEST_CASE(is_that_of_the_reference) {
  const Space space = fixture_space();
  const Encoding encoding(space);
  BOOST_TEST(encoding.dimensions() == 12u);
  for (const json& fixtures : test::all_fixtures()) {
    const json& all = fixtures.at("encoding");
    for (std::size_t i = 0; i < all.at("configs").size(); ++i) {
      const Config config = config_of(space, all.at("configs").at(i));
      BOOST_REQUIRE(space.contains(config));
      test::agree(encoding.encoded(config), all.at("vectors").at(i).get<std::vector<double>>(),
                  1e-12, "configuration " + std::to_string(i));
      BOOST_TEST(space.match(encoding.decoded(encoding.encoded(config))) == space.match(config));
    }
  }
}

Space conditional_space() {
  return Space({{"optimizer", Choice{texts({"sgd", "adam", "lamb"})}},
                {"momentum",
                 ReverseLogUniform{0, 0.99},
                 {{.parameter = "optimizer", .values = texts({"sgd"})}}},
                {"layers", RandInt{2, 10, 4}},
                {"batch", Ordinal{integers_of({16, 32, 100})}},
                {"even", Ordinal{integers_of({10, 20, 30})}},
                {"epochs", Constant{std::int64_t{27}}},
                {"one", Choice{texts({"only"})}},
                {"zero", FinRange{-1, 1, 5}}});
}

BOOST_AUTO_TEST_CASE(a_random_configuration_is_decoded_to_itself) {
  for (const Space& space : {fixture_space(), conditional_space()}) {
    const Encoding encoding(space);
    Rng rng(3);
    for (int i = 0; i < 500; ++i) {
      const Config config = space.sample(rng);
      const auto vector = encoding.encoded(config);
      for (const double one : vector) BOOST_TEST_REQUIRE((one >= 0 && one <= 1));
      BOOST_TEST_REQUIRE(space.match(encoding.decoded(vector)) == space.match(config));
      auto compact = encoding.compact(config);
      for (std::size_t k = 0; k < compact.size(); ++k)
        if (std::isnan(compact[k])) compact[k] = encoding.choices()[k] > 0 ? 0 : 0.5;
      BOOST_TEST_REQUIRE(space.match(encoding.from_compact(compact)) == space.match(config));
    }
  }
}

BOOST_AUTO_TEST_CASE(every_vector_is_decoded_to_a_configuration_of_the_space) {
  for (const Space& space : {fixture_space(), conditional_space()}) {
    const Encoding encoding(space);
    Rng rng(4);
    for (int i = 0; i < 500; ++i) {
      std::vector<double> vector(encoding.dimensions());
      for (double& one : vector)
        one = rng.below(4) == 0 ? static_cast<double>(rng.below(2)) : rng.uniform();
      BOOST_TEST_REQUIRE(space.contains(encoding.decoded(vector)));
    }
  }
}

BOOST_AUTO_TEST_CASE(an_inactive_parameter_is_in_the_middle_and_a_constant_has_no_coordinate) {
  const Space space = conditional_space();
  const Encoding encoding(space);
  BOOST_TEST(encoding.parameters() == 6u);  // Neither `epochs` nor `one`.
  BOOST_TEST(encoding.dimensions() == 8u);  // Three for `optimizer`.
  const Config config = space.completed({{"optimizer", std::string("adam")}});
  const auto vector = encoding.encoded(config);
  BOOST_TEST(vector[3] == 0.5);  // batch, even, layers, momentum, optimizer, zero.
  BOOST_TEST(std::isnan(encoding.compact(config)[3]));
  // Numbers in order are on the scale on which they are more even.
  const double inner = encoding.encoded(space.completed({{"even", std::int64_t{20}}}))[1];
  BOOST_TEST(std::abs(inner - 0.5) < 1e-12);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::schedulers
