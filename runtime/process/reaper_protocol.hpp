#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "runtime/core/result.hpp"
#include "runtime/process/packet.hpp"
#include "runtime/process/processes.hpp"

namespace troupe::runtime {

// What a node and its reaper say to each other, one packet a message. Both are the same binary, so
// there are no versions; whatever does not decode ends the connection.

/// Node to reaper: run this. The packet carries the write ends of stdout and stderr, in this order.
struct StartRequest {
  ProcessId process = 0;
  ProcessSpec spec;
};

/// Node to reaper: SIGTERM to the tree, SIGKILL after `grace`.
struct EndRequest {
  ProcessId process = 0;
  Duration grace{};
};

/// Node to reaper: all may run until then, on the system's clock. From then on every program gets
/// SIGTERM, and SIGKILL after `grace`, and none is started, unless a later time was named.
struct KeepRequest {
  Instant until{};
  Duration grace{};
};

using ReaperRequest = std::variant<StartRequest, EndRequest, KeepRequest>;

/// ProcessReaper to node, first: how to find what it leaves behind should it be killed.
struct ReaperHello {
  std::string marker;  ///< In the environment of every program that it starts (marks.hpp).
  std::string cgroup;  ///< The folder of its cgroup; empty without one.
};

using ReaperNotice = std::variant<ReaperHello, ProcessStarted, ProcessEnded>;

std::string encode(const ReaperRequest& request);
std::string encode(const ReaperNotice& notice);
Result<ReaperRequest> decode_request(std::string_view bytes);
Result<ReaperNotice> decode_notice(std::string_view bytes);

}  // namespace troupe::runtime
