#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace troupe::actors {

using Scalar = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

/// The value of an unquoted scalar by the core schema of YAML 1.2: `1e-3` is a number, `no` is a
/// text, `010` is ten, `0o10` is eight. An integer beyond 64 bits becomes a real number.
[[nodiscard]] Scalar plain_scalar(std::string_view text);

/// The bytes of a size: "512M" and "512MiB" are 512 * 2^20, "512MB" is 512 * 10^6, "4096" is 4096.
/// None: the text is not a size, or is above 2^62.
[[nodiscard]] std::optional<std::uint64_t> memory_size(std::string_view text);

}  // namespace troupe::actors
