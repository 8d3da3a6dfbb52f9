#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schedulers/space/config.hpp"

namespace troupe::schedulers {

/// A value as a program reads it on its command line: the shortest digits that give the same double
/// again, `true` and `false`, text as it is.
[[nodiscard]] std::string text_of(const Value& value);
[[nodiscard]] std::string text_of(double number);

/// Two values are the same if this is: real numbers count to seven significant digits, and a number
/// is not the text that reads like it.
[[nodiscard]] std::string match_of(const Value& value);

/// Whether one of `values` is the same as `value`.
[[nodiscard]] bool is_among(const std::vector<Value>& values, const Value& value);

/// The setting's value; null if the configuration has none of that name.
[[nodiscard]] const Value* find(const Config& config, std::string_view name);

}  // namespace troupe::schedulers
