#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "runtime/core/field.hpp"

// Messages with one field of every type that can be packed.
namespace troupe::test {

enum class Colour { red, green };
constexpr std::array<std::string_view, 2> enum_names(Colour) {
  return {"red", "green"};
}

/// A strong type.
struct Serial {
  std::uint64_t value = 0;
  static auto fields(auto& m) { return std::tuple{field("value", m.value)}; }
  friend bool operator==(const Serial&, const Serial&) = default;
};

struct Empty {
  static constexpr std::string_view wire_name = "empty";
  static auto fields(auto&) { return no_fields(); }
  friend bool operator==(const Empty&, const Empty&) = default;
};

using Scalar = std::variant<std::int64_t, double, bool, std::string>;
using ScalarOrList =
    std::variant<std::int64_t, double, bool, std::string, std::monostate, std::vector<Scalar>>;

struct Point {
  static constexpr std::string_view wire_name = "point";
  double x = 0;
  Scalar y;
  static auto fields(auto& m) { return std::tuple{field("x", m.x), field("y", m.y)}; }
  friend bool operator==(const Point&, const Point&) = default;
};

struct Choices {
  static constexpr std::string_view wire_name = "choices";
  std::vector<ScalarOrList> values;
  static auto fields(auto& m) { return std::tuple{field("values", m.values)}; }
  friend bool operator==(const Choices&, const Choices&) = default;
};

struct Tree {
  static constexpr std::string_view wire_name = "tree";
  std::vector<Tree> branches;
  static auto fields(auto& m) { return std::tuple{field("branches", m.branches)}; }
  friend bool operator==(const Tree&, const Tree&) = default;
};

struct Everything {
  static constexpr std::string_view wire_name = "everything";
  bool yes = false;
  std::int8_t tiny = 0;
  std::uint16_t port = 0;
  std::int64_t big = 0;
  std::uint64_t natural = 0;
  double real = 0;
  std::string text;
  Colour colour = Colour::red;
  std::chrono::nanoseconds span{0};
  std::chrono::seconds seconds{0};
  std::optional<double> maybe;
  std::vector<std::string> texts;
  std::vector<bool> flags;
  std::map<std::string, Point> by_name;
  std::variant<Empty, Point> either;
  std::vector<Scalar> scalars;
  Serial serial;
  Tree tree;
  static auto fields(auto& m) {
    return std::tuple{
        field("yes", m.yes),         field("tiny", m.tiny),       field("port", m.port),
        field("big", m.big),         field("natural", m.natural), field("real", m.real),
        field("text", m.text),       field("colour", m.colour),   field("span", m.span),
        field("seconds", m.seconds), field("maybe", m.maybe),     field("texts", m.texts),
        field("flags", m.flags),     field("by_name", m.by_name), field("either", m.either),
        field("scalars", m.scalars), field("serial", m.serial),   field("tree", m.tree)};
  }
  friend bool operator==(const Everything&, const Everything&) = default;
};

inline Everything sample() {
  using namespace std::chrono_literals;
  return {.yes = true,
          .tiny = -128,
          .port = 65535,
          .big = INT64_MIN,
          .natural = UINT64_MAX,
          .real = 0.1,
          .text = std::string("zero \0 and \xff", 12),
          .colour = Colour::green,
          .span = -1ns,
          .seconds = 86400s,
          .maybe = 2.0,
          .texts = {"", "a", std::string(70000, 'x')},
          .flags = {true, false},
          .by_name = {{"p", {1.5, "up"}}, {"q", {-0.0, true}}},
          .either = Point{3, 1.0},
          .scalars = {std::int64_t{1}, 1.0, -7e300, false, "nan", "string", "1"},
          .serial = {42},
          .tree = {{{}, {{{}, {}}}}}};
}

}  // namespace troupe::test
