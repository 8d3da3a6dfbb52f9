#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace troupe::actors {

using Scalar = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

/// What an unquoted scalar means by YAML 1.2's core schema: `1e-3` is a number, `no` is a text,
/// `010` is ten, `0o10` is eight. An integer beyond 64 bits becomes a real number.
[[nodiscard]] Scalar plain_scalar(std::string_view text);

}  // namespace troupe::actors
