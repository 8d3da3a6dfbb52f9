#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace troupe::actors {

/// With less than this a disk is taken for full: logs, configurations and the journal of the trials
/// that run still fit.
inline constexpr std::uint64_t disk_reserve_bytes = std::uint64_t{32} << 20;

/// Why nothing more should be written under `folder`: "the disk of DIR is full (3 MiB are free; 32
/// MiB are kept in reserve)". None if there is room, and where nobody can tell.
[[nodiscard]] std::optional<std::string> disk_full_reason(const std::string& folder);

}  // namespace troupe::actors
