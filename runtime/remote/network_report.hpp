#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "runtime/address.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/resources.hpp"
#include "transport/link.hpp"
#include "transport/refusals.hpp"

namespace troupe::runtime {

/// A node that this one is linked with, or was.
struct LinkReport {
  NodeId node;
  std::string name;
  std::string address;  ///< Of its machine, where it dialed.
  std::string role;     ///< Of its key; empty: it has none.
  Resources resources;  ///< None of one that is gone.
  transport::LinkState state = transport::LinkState::up;
  Duration silent_for{};           ///< Since anything was heard of it.
  Instant lease_from{};            ///< From when its lease counts; of one that is not gone.
  Duration lag{};                  ///< How long the oldest message that it has not confirmed waits.
  std::size_t buffered_bytes = 0;  ///< Sent to it and not confirmed.
  std::size_t waiting_bytes = 0;   ///< For it, and not sent yet.
  std::string reason;              ///< Of one that is gone.
};

/// How a node is connected, as it is now.
struct NetworkReport {
  std::vector<LinkReport> links;
  std::vector<transport::Refusal> refusals;
  std::string trouble;  ///< Why the list of keys cannot be read; empty if it can.
};

}  // namespace troupe::runtime
