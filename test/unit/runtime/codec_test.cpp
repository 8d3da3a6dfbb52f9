#include "runtime/codec.hpp"

#include <bit>
#include <limits>

#include <boost/test/unit_test.hpp>

#include "test/unit/runtime/codec_samples.hpp"

namespace troupe::runtime {
namespace {

BOOST_AUTO_TEST_SUITE(codec)

using test::Colour;
using test::Everything;
using test::Point;
using test::sample;

PeerSchemas peer_with(std::vector<TypeSchema> schemas) {
  PeerSchemas peer;
  for (auto& schema : schemas) peer.declare(std::move(schema)).value();
  return peer;
}

template <Message M>
M over_the_wire(const M& message) {
  return unpack<M>(pack(message), peer_with(schema_of<M>())).value();
}

template <typename M>
M named_and_back(const M& message) {
  return unpack_named<M>(pack_named(message)).value();
}

template <typename T>
std::string refusal(const Result<T>& result) {
  BOOST_REQUIRE(!result.has_value());
  return result.error().what;
}

BOOST_AUTO_TEST_CASE(every_type_is_preserved_by_both_forms) {
  BOOST_TEST((over_the_wire(sample()) == sample()));
  BOOST_TEST((named_and_back(sample()) == sample()));
  BOOST_TEST((over_the_wire(Everything{}) == Everything{}));
  BOOST_TEST((named_and_back(Everything{}) == Everything{}));
  BOOST_TEST((over_the_wire(test::Empty{}) == test::Empty{}));
}

BOOST_AUTO_TEST_CASE(null_and_lists_of_scalars_are_preserved) {
  const test::Choices choices{
      {std::monostate{}, std::vector<test::Scalar>{}, 1.0,
       std::vector<test::Scalar>{std::int64_t{64}, 0.5, true, std::string("nan")}}};
  BOOST_TEST((over_the_wire(choices) == choices));
  BOOST_TEST((named_and_back(choices) == choices));
}

BOOST_AUTO_TEST_CASE(integers_of_every_width_are_preserved) {
  Everything message;
  for (int bits = 0; bits < 64; ++bits)
    for (const int near : {-1, 0, 1}) {
      message.natural = (std::uint64_t{1} << bits) + static_cast<std::uint64_t>(near);
      message.big = static_cast<std::int64_t>(message.natural);
      BOOST_TEST((over_the_wire(message) == message));
      message.big = static_cast<std::int64_t>(0 - message.natural);
      BOOST_TEST((over_the_wire(message) == message));
    }
}

BOOST_AUTO_TEST_CASE(doubles_are_preserved_bit_for_bit) {
  using Limits = std::numeric_limits<double>;
  for (const double x : {Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(), -0.0, 0.0,
                         1.0, Limits::max(), Limits::denorm_min(), 0x1p64})
    for (const Point& back : {over_the_wire(Point{x, x}), named_and_back(Point{x, x})}) {
      BOOST_TEST(std::bit_cast<std::uint64_t>(back.x) == std::bit_cast<std::uint64_t>(x));
      BOOST_TEST(std::bit_cast<std::uint64_t>(std::get<double>(back.y)) ==
                 std::bit_cast<std::uint64_t>(x));
    }
}

BOOST_AUTO_TEST_CASE(a_schema_lists_every_message_inside_once) {
  const auto schemas = schema_of<Everything>();
  std::vector<std::string> types;
  for (const auto& schema : schemas) types.push_back(schema.type);
  BOOST_TEST(types == (std::vector<std::string>{"everything", "point", "empty", "tree"}),
             boost::test_tools::per_element());
  BOOST_TEST(schemas[1].names == (std::vector<std::string>{"x", "y"}),
             boost::test_tools::per_element());
}

// Two versions of one message.
struct Old {
  static constexpr std::string_view wire_name = "job";
  std::int64_t id = 0;
  std::string command;
  Point gone;
  static auto fields(auto& m) {
    return std::tuple{field("id", m.id), field("command", m.command), field("gone", m.gone)};
  }
};
struct New {
  static constexpr std::string_view wire_name = "job";
  std::string command;
  double priority = 0.5;
  std::int64_t id = 0;
  static auto fields(auto& m) {
    return std::tuple{field("command", m.command), field("priority", m.priority),
                      field("id", m.id)};
  }
};

BOOST_AUTO_TEST_CASE(versions_match_fields_by_name) {
  const Old old{7, "train", {1, "x"}};
  for (const auto& read :
       {unpack<New>(pack(old), peer_with(schema_of<Old>())), unpack_named<New>(pack_named(old))}) {
    BOOST_TEST(read.value().id == 7);
    BOOST_TEST(read.value().command == "train");
    BOOST_TEST(read.value().priority == 0.5);
  }
  const New young{"train", 0.9, 8};
  for (const auto& read : {unpack<Old>(pack(young), peer_with(schema_of<New>())),
                           unpack_named<Old>(pack_named(young))}) {
    BOOST_TEST(read.value().id == 8);
    BOOST_TEST(read.value().command == "train");
    BOOST_TEST((read.value().gone == Point{}));
  }
}

struct Renamed {
  static constexpr std::string_view wire_name = "renamed";
  static constexpr std::string_view former_wire_name = "point";
  double x = 0;
  static auto fields(auto& m) { return std::tuple{field("x", m.x)}; }
};

BOOST_AUTO_TEST_CASE(a_variant_of_messages_reads_the_former_name_of_a_message) {
  const std::variant<test::Empty, Point> written = Point{3.5, {}};
  const auto read = unpack_named<std::variant<test::Empty, Renamed>>(pack_named(written));
  BOOST_TEST(std::get<Renamed>(read.value()).x == 3.5);
}

BOOST_AUTO_TEST_CASE(an_error_names_message_and_field) {
  std::string bytes;
  PackWriter writer(bytes);
  writer.map(1);
  writer.text("by_name");
  writer.map(1);
  writer.text("p");
  writer.map(1);
  writer.text("x");
  writer.text("far");
  BOOST_TEST(refusal(unpack_named<Everything>(bytes)) ==
             "everything.by_name: point.x: expected a number, found a string");
}

template <typename Write>
std::string refusal_of(std::string_view name, Write write) {
  std::string bytes;
  PackWriter writer(bytes);
  writer.map(1);
  writer.text(name);
  write(writer);
  return refusal(unpack_named<Everything>(bytes));
}

BOOST_AUTO_TEST_CASE(values_out_of_range_or_of_another_type_are_refused) {
  const auto integer = [](std::int64_t value) { return [=](PackWriter& w) { w.int64(value); }; };
  const auto text = [](std::string_view value) { return [=](PackWriter& w) { w.text(value); }; };
  BOOST_TEST(refusal_of("tiny", integer(128)) == "everything.tiny: 128 is out of range");
  BOOST_TEST(refusal_of("port", integer(-1)) == "everything.port: -1 is out of range");
  BOOST_TEST(refusal_of("big", [](PackWriter& w) { w.uint64(UINT64_MAX); }) ==
             "everything.big: 18446744073709551615 is out of range");
  BOOST_TEST(refusal_of("big", [](PackWriter& w) { w.float64(1.5); }) ==
             "everything.big: expected an integer, found a number");
  BOOST_TEST(refusal_of("text", integer(1)) ==
             "everything.text: expected a string, found an integer");
  BOOST_TEST(refusal_of("colour", text("blue")) ==
             "everything.colour: 'blue' is none of its names");
  BOOST_TEST(refusal_of("either", text("point")) ==
             "everything.either: expected a map, found a string");
  BOOST_TEST(refusal_of("either", [](PackWriter& w) {
               w.map(1);
               w.text("circle");
               w.map(0);
             }) == "everything.either: no message called 'circle' belongs here");
}

BOOST_AUTO_TEST_CASE(a_type_that_the_peer_did_not_declare_is_refused) {
  BOOST_TEST(refusal(unpack<Point>(pack(Point{}), PeerSchemas{})) ==
             "the peer has not declared point");
  BOOST_TEST(refusal(unpack<Point>(pack(Point{}), peer_with({{"point", {"x"}}}))) ==
             "point has 2 fields, declared with 1");
}

BOOST_AUTO_TEST_CASE(the_declarations_of_a_peer_are_bounded) {
  PeerSchemas peer;
  BOOST_TEST(!peer.declare({std::string(129, 'a'), {}}));
  BOOST_TEST(!peer.declare({"", {}}));
  BOOST_TEST(!peer.declare({"wide", std::vector<std::string>(257, "f")}));
  BOOST_TEST(peer.declare({"point", {"x"}}).has_value());
  BOOST_TEST(peer.declare({"point", {"x"}}).has_value());
  BOOST_TEST(!peer.declare({"point", {"y"}}));
  for (std::size_t i = 1; i < PeerSchemas::types_max; ++i)
    BOOST_TEST(peer.declare({"t" + std::to_string(i), {}}).has_value());
  BOOST_TEST(!peer.declare({"one more", {}}));
  BOOST_TEST(peer.size() == PeerSchemas::types_max);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
