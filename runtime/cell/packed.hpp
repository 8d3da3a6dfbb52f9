#pragma once

#include <memory>
#include <string>

#include "runtime/core/clock.hpp"
#include "runtime/schema.hpp"

namespace troupe::runtime {

/// A message from another node as it came: unpacked by who handles it, on that thread.
struct Packed {
  std::string wire_name;
  std::string bytes;
  std::shared_ptr<const PeerSchemas> schemas;  ///< What the peer had declared when it came.
  Instant expires = Instant::never();          ///< Nobody waits for the answer any more then.
};

}  // namespace troupe::runtime
