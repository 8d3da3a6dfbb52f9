#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "transport/security.hpp"

namespace troupe::runtime {

/// Whether who has a key of this role may send a message, by its wire name, to actors here.
using Permits = std::function<bool(std::string_view role, std::string_view message)>;

/// What Permits is asked for one who wants to end an actor.
inline constexpr std::string_view stop_request = "troupe.Stop";

/// Who may link with a node where links carry keys, and what for. On the reactor's thread.
struct Membership {
  transport::MemberOf member_of{};
  transport::Enrol enrol{};
  Permits permits{};  ///< Empty: everything.
  /// Takes what is to be called whenever the list of members has changed.
  std::function<void(std::function<void()>)> follow{};
  /// Why the list cannot be read now; empty if it can.
  std::function<std::string()> trouble{};
};

}  // namespace troupe::runtime
