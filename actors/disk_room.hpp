#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace troupe::actors {

/// Free bytes below which a disk counts as full: 32 MiB, enough for the logs, configurations and
/// journal rows of the running trials.
inline constexpr std::uint64_t disk_reserve_bytes = std::uint64_t{32} << 20;

/// "the disk of DIR is full (3 MiB are free; 32 MiB are kept in reserve)"; none if there is space,
/// or if statvfs fails.
[[nodiscard]] std::optional<std::string> disk_full_reason(const std::string& folder);

}  // namespace troupe::actors
