#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "runtime/core/field.hpp"

namespace troupe::schedulers {

/// The value of a hyperparameter.
using Value = std::variant<std::int64_t, double, bool, std::string>;

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
/// as the same double; `true` and `false`; text unchanged.
[[nodiscard]] std::string text_of(const Value& value);
[[nodiscard]] std::string text_of(double number);

/// A text that two values share if and only if they count as the same: real numbers are compared to
/// seven significant digits, and a number differs from a text that reads like it.
[[nodiscard]] std::string match_of(const Value& value);

/// Whether one of `values` counts as the same as `value`.
[[nodiscard]] bool is_among(const std::vector<Value>& values, const Value& value);

/// The value of the parameter of this name; null if the configuration lacks it.
[[nodiscard]] const Value* find(const Config& config, std::string_view name);

}  // namespace troupe::schedulers
