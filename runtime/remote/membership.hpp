#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "transport/security.hpp"

namespace troupe::runtime {

/// Whether a node whose key has this role may send the message of that wire name to actors here.
using Permits = std::function<bool(std::string_view role, std::string_view message)>;

/// Message name that Permits gets for a request to stop an actor.
inline constexpr std::string_view stop_request = "troupe.Stop";

/// Access control of a node whose links have keys. Called on the reactor's thread.
struct Membership {
  transport::MemberOf member_of{};
  transport::Enrol enrol{};
  Permits permits{};  ///< If empty, every message is permitted.
  /// Registers a callback that is called after each change of the list of members.
  std::function<void(std::function<void()>)> follow{};
  /// Returns why the list cannot be read now; empty if it can.
  std::function<std::string()> trouble{};
};

}  // namespace troupe::runtime
