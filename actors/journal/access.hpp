#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "actors/journal/database.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors::journal {

/// Name of a type of network file system, by the magic number of statfs(2); null for any other
/// type. Processes on several machines have no shared memory there, which SQLite's log needs.
[[nodiscard]] const char* network_file_system(std::uint64_t type);

/// How the journal at `path` is opened for writing: `exclusive` on a network file system.
[[nodiscard]] Database::Mode writing_mode(const std::string& path);

/// Opens the journal at `path` for reading. What a killed writer left is recovered. Where that
/// cannot be done beside the writer (a network file system, or a folder that this user cannot write
/// to), a copy is read: the rows are those of the moment of opening. `writer`: its mode.
[[nodiscard]] Result<std::unique_ptr<Database>> open_for_reading(const std::string& path,
                                                                 Database::Mode writer);

}  // namespace troupe::actors::journal
