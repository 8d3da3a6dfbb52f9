#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "runtime/core/result.hpp"
#include "runtime/process/packet.hpp"
#include "runtime/process/processes.hpp"

namespace troupe::runtime {

// The messages between a node and its reaper; each is one packet. Both processes run the same
// binary, so there are no versions. A packet that does not decode ends the connection.

/// Node to reaper: start a program. The packet carries the write ends of its stdout and stderr, in
/// this order.
struct StartRequest {
  ProcessId process = 0;
  ProcessSpec spec;
};

/// Node to reaper: send SIGTERM to the tree, and SIGKILL after `grace`.
struct EndRequest {
  ProcessId process = 0;
  Duration grace{};
};

/// Node to reaper: programs may run until `until` on the system's monotonic clock. From then on
/// every program gets SIGTERM, and SIGKILL after `grace`, and none is started, until a later lease.
struct LeaseRequest {
  Instant until{};
  Duration grace{};
};

using ReaperRequest = std::variant<StartRequest, EndRequest, LeaseRequest>;

/// Reaper to node, first: what identifies its programs if the reaper is killed.
struct ReaperHello {
  std::string name;    ///< In the cookie of each of its programs (environment_cookie.hpp).
  std::string cgroup;  ///< The folder of its cgroups; empty without cgroups.
};

using ReaperNotice = std::variant<ReaperHello, ProcessStarted, ProcessEnded>;

/// A message as the bytes of a packet.
std::string encode(const ReaperRequest& request);
std::string encode(const ReaperNotice& notice);
/// The message in a packet; fails on bytes that no `encode` writes.
Result<ReaperRequest> decode_request(std::string_view bytes);
Result<ReaperNotice> decode_notice(std::string_view bytes);

}  // namespace troupe::runtime
