#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "runtime/core/field.hpp"

namespace troupe::schedulers {

/// A number, a truth value or a text.
using Scalar = std::variant<std::int64_t, double, bool, std::string>;

/// The value of a hyperparameter. A choice may also hold null (std::monostate), which programs get
/// as an absent argument, and lists of scalars.
using Value =
    std::variant<std::int64_t, double, bool, std::string, std::monostate, std::vector<Scalar>>;

/// A hyperparameter or constant of a configuration, with its value.
struct Setting {
  static constexpr std::string_view wire_name = "Setting";
  std::string name;
  Value value;
  static auto fields(auto& m) { return std::tuple{field("name", m.name), field("value", m.value)}; }
  friend bool operator==(const Setting&, const Setting&) = default;
};

/// A configuration: the active hyperparameters and the constants of a space, in the order of the
/// study file.
using Config = std::vector<Setting>;

/// The text of a value on a command line: for real numbers the shortest digits that are read back
/// as the same double; `true` and `false`; text unchanged; `null`; a list as in JSON.
[[nodiscard]] std::string text_of(const Value& value);
/// Whole numbers below 2^63 have no exponent: 300000.0, where other real numbers are 3e-05.
[[nodiscard]] std::string text_of(double number);
/// The same, with whole numbers below 2^63 as integers: 300000.
[[nodiscard]] std::string plain_text_of(double number);
[[nodiscard]] Value value_of(const Scalar& scalar);

/// A text that two values share if and only if they count as the same: real numbers are compared to
/// seven significant digits, and a number differs from a text that reads like it.
[[nodiscard]] std::string match_of(const Value& value);

/// Whether one of `values` counts as the same as `value`.
[[nodiscard]] bool is_among(const std::vector<Value>& values, const Value& value);

/// The value of the parameter of this name; null if the configuration lacks it.
[[nodiscard]] const Value* find(const Config& config, std::string_view name);
/// The same for a caller that asks for names in about the order of the configuration: the search
/// begins at `place`, which is then behind the setting that was found.
[[nodiscard]] const Value* find(const Config& config, std::string_view name, std::size_t& place);

}  // namespace troupe::schedulers
