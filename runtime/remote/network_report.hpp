#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/address.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/resources.hpp"

namespace troupe::runtime {

class Peers;

/// State of the link to another node.
enum class LinkState : std::uint8_t {
  connecting,   ///< The handshake is not finished.
  up,           ///< The node was heard from within half a lease.
  unreachable,  ///< The node has been silent for half a lease; nothing is lost if it comes back.
  down,         ///< The link was given up; `LinkReport::reason` says why.
};

/// A node that this node is linked with, or was.
struct LinkReport {
  NodeId node;
  std::string name;
  std::string address;  ///< Address of the node's machine, if the node dialed; else empty.
  std::string role;     ///< Role of the node's key; empty if it has no key.
  Resources resources;  ///< Total resources of the node; none if the link is down.
  LinkState state = LinkState::up;
  Duration silent_for{};  ///< Time since the last frame of the node.
  Instant lease_from{};   ///< Start of the current lease, unless the link is down.
  Duration lag{};         ///< Age of the oldest message that the node has not acknowledged.
  std::size_t buffered_bytes = 0;  ///< Sent and not acknowledged.
  std::size_t waiting_bytes = 0;   ///< Queued and not sent yet.
  std::string reason;              ///< Why the link is down.
};

/// A connection or a message that a node refused.
struct Refusal {
  std::string who;   ///< Name of a node, first digits of a key, or empty if neither is known.
  std::string from;  ///< Address of the machine; empty if not known.
  std::string why;   ///< A sentence without a full stop.
  std::uint64_t times = 0;
  Instant last{};  ///< When it last happened.
};

/// The links and refusals of a node at one moment.
struct NetworkReport {
  std::vector<LinkReport> links;
  std::vector<Refusal> refusals;
  std::string trouble;  ///< Why the list of admitted keys cannot be read; empty if it can.
};

/// Adds entries to `NetworkReport::refusals` of one node. Copyable; for any thread; valid while the
/// node exists.
class RefusalReporter {
 public:
  explicit RefusalReporter(Peers& peers) : peers_(&peers) {}

  /// Notes that a message of the node called `who` was refused.
  void operator()(const std::string& who, const std::string& why) const;

 private:
  Peers* peers_;
};

}  // namespace troupe::runtime
