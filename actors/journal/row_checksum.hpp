#pragma once

#include <cstdint>

#include "actors/journal/journal.hpp"

namespace troupe::actors::journal {

/// The checksum of the metadata, which that of row 0 continues.
[[nodiscard]] std::uint64_t checksum_of(const JournalMeta& meta);
/// The checksum of a row; `before`: that of the row before it.
[[nodiscard]] std::uint64_t checksum_of(const Row& row, std::uint64_t before);

}  // namespace troupe::actors::journal
