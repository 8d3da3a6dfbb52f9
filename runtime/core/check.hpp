#pragma once

#include <source_location>
#include <stdexcept>
#include <string>

namespace troupe {

/// A violated invariant: a bug of this program, never a bad input or a failure of a peer.
struct CheckFailure : std::logic_error {
  using std::logic_error::logic_error;
};

/// Throws CheckFailure unless `holds`, in every build. In a handler it fails the actor; in a
/// noexcept function, as all loops of the runtime are, it ends the process.
inline void check(bool holds, const char* claim,
                  std::source_location where = std::source_location::current()) {
  if (holds) [[likely]]
    return;
  throw CheckFailure(std::string(where.file_name()) + ":" + std::to_string(where.line()) +
                     ": does not hold: " + claim);
}

}  // namespace troupe
