#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/core/result.hpp"
#include "transport/key.hpp"

namespace troupe::transport {

/// Whose key it is.
struct Member {
  std::string name;      ///< The only one under which its node may link; empty: any.
  std::string role;      ///< What it may do, for the endpoint's owner.
  bool invited = false;  ///< It may bring another key in its place, and nothing else.
  friend bool operator==(const Member&, const Member&) = default;
};

/// By the text of a public key; none if it is not admitted.
using MemberOf = std::function<std::optional<Member>(std::string_view key)>;

/// Admits a key in the place of an invitation, by the text of that one's public key.
using Enrol = std::function<Result<void>(std::string_view invitation, const Key& key)>;

/// What a wire needs to speak beyond loopback: every connection is then encrypted and authenticated
/// in both directions with CURVE, and no byte of a stranger is interpreted.
struct Security {
  KeyPair own;
  /// Asked for each connection to where this node listens, on the reactor's thread.
  MemberOf member_of;
};

}  // namespace troupe::transport
