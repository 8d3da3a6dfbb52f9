#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/core/result.hpp"
#include "transport/key.hpp"

namespace troupe::transport {

/// Where a node listens, as ZeroMQ has it.
struct ListenAddress {
  std::string endpoint;
  bool loopback = true;  ///< Nobody on another machine can connect.
};

/// Where to dial, and who has to answer there.
struct DialAddress {
  std::string endpoint;
  std::optional<Key> key;  ///< None: on this machine, without keys.
};

/// From what a person writes: "127.0.0.1:7070", "localhost:7070", "[::1]:7070", "10.0.0.4:7070",
/// "eth0:7070", each with or without "tcp://". Port "*" or 0 chooses a free one.
Result<ListenAddress> address_to_listen(std::string_view address);
/// The same, with the public key of who listens there behind it, as in "10.0.0.4:7070/c0ffee...".
/// Beyond loopback the key is a must.
Result<DialAddress> address_to_dial(std::string_view address);
/// The text of the key in an address to dial; empty if there is none.
std::string key_in(std::string_view address);

}  // namespace troupe::transport
