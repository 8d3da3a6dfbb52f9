#pragma once

#include <memory>

#include "runtime/environment.hpp"
#include "runtime/node.hpp"

namespace troupe::runtime {

/// What `make_node` gives a node, for who puts something else in place of a part of it.
[[nodiscard]] Environment make_environment(const NodeOptions& options);

/// A node of a real process: the system's clock, an io thread, `options.threads` dispatcher
/// threads, and an id that no other node has.
[[nodiscard]] std::unique_ptr<Node> make_node(NodeOptions options);

}  // namespace troupe::runtime
