#pragma once

#include <memory>

#include "runtime/environment.hpp"
#include "runtime/node.hpp"

namespace troupe::runtime {

/// Returns the environment that `make_node` uses, for callers that replace a part of it.
[[nodiscard]] Environment make_environment(const NodeOptions& options);

/// Returns a node of a real process: with the system's clock, an io thread, `options.threads`
/// dispatcher threads and a random id.
[[nodiscard]] std::unique_ptr<Node> make_node(NodeOptions options);

}  // namespace troupe::runtime
