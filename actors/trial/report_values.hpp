#pragma once

#include <optional>
#include <string_view>

#include "runtime/core/result.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {

// How the values of a report are read from text.

/// An integer or a number if all of `text` is one (exponents, inf and nan included), else the text.
[[nodiscard]] schedulers::Value value_from_text(std::string_view text);

/// The members of a JSON object, in their order, of a name that comes twice the last value.
/// Python's NaN, Infinity and -Infinity are numbers; null members are left out; arrays and objects
/// become their text.
[[nodiscard]] Result<schedulers::Config> values_from_json(std::string_view json);

/// The `name = value` pairs anywhere in a line.
[[nodiscard]] schedulers::Config values_from_pairs(std::string_view line);

/// Null if there is none of that name.
[[nodiscard]] const schedulers::Value* find_value(const schedulers::Config& values,
                                                  std::string_view name);

/// An integer or double as a double.
[[nodiscard]] std::optional<double> as_number(const schedulers::Value& value);

}  // namespace troupe::actors
