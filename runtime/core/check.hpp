#pragma once

#include <source_location>
#include <stdexcept>
#include <string>

namespace troupe {

/// A broken invariant: a bug in this program, never bad input and never a peer's failure.
struct CheckFailure : std::logic_error {
  using std::logic_error::logic_error;
};

/// Throws CheckFailure unless `holds`; on in every build. Thrown in a handler it fails that actor;
/// thrown in a noexcept function, as all of the runtime's loops are, it ends the node.
inline void check(bool holds, const char* claim,
                  std::source_location where = std::source_location::current()) {
  if (holds) [[likely]]
    return;
  throw CheckFailure(std::string(where.file_name()) + ":" + std::to_string(where.line()) +
                     ": does not hold: " + claim);
}

}  // namespace troupe
