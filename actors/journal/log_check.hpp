#pragma once

#include <string>

#include "runtime/core/result.hpp"

namespace troupe::actors::journal {

/// Checks the write-ahead log PATH-wal of the database at `path`. SQLite ends the log at
/// the first frame that does not match its checksum, which is right after a crash in the middle of
/// a transaction. Error `io` if transactions follow: then that frame was durable and was changed,
/// and committed rows would be missing silently.
[[nodiscard]] Result<void> check_log(const std::string& path);

}  // namespace troupe::actors::journal
