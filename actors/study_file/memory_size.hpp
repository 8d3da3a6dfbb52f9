#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace troupe::actors {

/// Bytes: "512M" and "512MiB" are 512 * 2^20, "512MB" is 512 * 10^6, "1.5G" is 3 * 2^29, "4096" is
/// 4096. None: it is no such size, or too large.
[[nodiscard]] std::optional<std::uint64_t> memory_size(std::string_view text);

}  // namespace troupe::actors
