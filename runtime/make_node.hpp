#pragma once

#include <memory>

#include "runtime/node.hpp"

namespace troupe::runtime {

/// A node of a real process: the system's clock, an io thread, `options.threads` dispatcher
/// threads, and an id that no other node has.
[[nodiscard]] std::unique_ptr<Node> make_node(NodeOptions options);

}  // namespace troupe::runtime
