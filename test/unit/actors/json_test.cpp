#include "actors/json.hpp"

#include <bit>
#include <limits>

#include <boost/test/unit_test.hpp>

#include "actors/events.hpp"
#include "runtime/core/rng.hpp"
#include "test/unit/runtime/codec_samples.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(json)

using test::Everything;
using test::Point;

template <typename M>
M there_and_back(const M& message) {
  return from_json<M>(to_json(message)).value();
}

Everything utf8_sample() {
  Everything message = test::sample();
  message.text = "a \"quoted\" \\ line\n\ttab \x01 \x7f \xc3\xa4 \xf0\x9f\x98\x80";
  return message;
}

BOOST_AUTO_TEST_CASE(a_message_reads_as_json) {
  const TrialReported event{4, 2, 9, 0.25, TrialReported::Decision::pause, {{"loss", 1.0}}};
  BOOST_TEST(to_json(event) ==
             R"({"index":4,"trial":2,"resource":9,"metric":0.25,"decision":"PAUSE",)"
             R"("values":[{"name":"loss","value":1.0}],"repeated":false})");
  BOOST_TEST(to_json(StudyEvent(TrialPaused{1, 2, 3})) ==
             R"({"TrialPaused":{"index":1,"trial":2,"resource":3}})");
}

BOOST_AUTO_TEST_CASE(every_type_comes_back) {
  BOOST_TEST((there_and_back(utf8_sample()) == utf8_sample()));
  BOOST_TEST((there_and_back(Everything{}) == Everything{}));
  BOOST_TEST((from_json<Everything>(to_json(utf8_sample(), JsonLayout::indented)).value() ==
              utf8_sample()));
}

BOOST_AUTO_TEST_CASE(doubles_keep_their_bits_and_stay_doubles) {
  using Limits = std::numeric_limits<double>;
  std::vector<double> numbers{-0.0,  1.0, 1e22, 1e-7, 0.1, Limits::max(), Limits::denorm_min(),
                              0x1p63};
  Rng rng(5);
  while (numbers.size() < 20'000) {
    const double x = std::bit_cast<double>(rng.bits());
    if (x - x == 0) numbers.push_back(x);
  }
  for (const double x : numbers) {
    const Point back = there_and_back(Point{x, x});
    BOOST_REQUIRE_EQUAL(std::bit_cast<std::uint64_t>(back.x), std::bit_cast<std::uint64_t>(x));
    BOOST_REQUIRE_EQUAL(std::bit_cast<std::uint64_t>(std::get<double>(back.y)),
                        std::bit_cast<std::uint64_t>(x));
  }
  BOOST_TEST(json_number(0.1) == "0.1");
  BOOST_TEST(json_number(5e-324) == "5e-324");
  BOOST_TEST(json_number(100) == "100.0");
}

BOOST_AUTO_TEST_CASE(numbers_that_are_not_finite_are_strings) {
  using Limits = std::numeric_limits<double>;
  BOOST_TEST(to_json(Point{Limits::quiet_NaN(), -Limits::infinity()}) ==
             R"({"x":"nan","y":"-inf"})");
  const Point back = there_and_back(Point{Limits::quiet_NaN(), -Limits::infinity()});
  BOOST_TEST(back.x != back.x);
  BOOST_TEST(std::get<double>(back.y) == -Limits::infinity());
  BOOST_TEST((there_and_back(Point{0, "nan"}) == Point{0, "nan"}), "a string stays a string");
}

BOOST_AUTO_TEST_CASE(integers_stay_integers) {
  BOOST_TEST(to_json(Point{1, std::int64_t{1}}) == R"({"x":1.0,"y":1})");
  BOOST_TEST((from_json<Point>(R"({"x":3,"y":9223372036854775807})").value() ==
              Point{3, std::int64_t{INT64_MAX}}));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_are_replaced) {
  BOOST_TEST(json_string("a\xff"
                         "b\xc0\x80\xed\xa0\x80\xe2\x82") ==
             "\"a\xef\xbf\xbd"
             "b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
             "\xef\xbf\xbd\xef\xbf\xbd\"");
}

BOOST_AUTO_TEST_CASE(a_configuration_is_one_object_in_its_order) {
  BOOST_TEST(config_json({{"lr", 1.0},
                          {"act", std::string("a \"b\"")},
                          {"units", std::int64_t{64}},
                          {"bias", true}}) ==
             R"({"lr": 1.0, "act": "a \"b\"", "units": 64, "bias": true})");
  BOOST_TEST(config_json({}) == "{}");
}

BOOST_AUTO_TEST_CASE(what_is_not_json_is_refused_with_the_place) {
  const auto what = from_json<Point>("{\"x\": 1,\n \"y\": }").error().what;
  BOOST_TEST(what.starts_with("not JSON: parse error at line 2"), what);
  BOOST_TEST(from_json<Point>("").error().what.starts_with("not JSON"));
  BOOST_TEST(from_json<Point>(R"({"x":"far"})").error().what ==
             "point.x: expected a number, found a string");
  BOOST_TEST(!from_json<Point>(std::string(1'000'000, '[') + std::string(1'000'000, ']')));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
