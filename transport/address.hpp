#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/core/result.hpp"
#include "transport/key.hpp"

namespace troupe::transport {

/// Where a node listens.
struct ListenAddress {
  std::string endpoint;  ///< In ZeroMQ's notation.
  bool loopback = true;  ///< Other machines cannot connect.
};

/// Where to dial, and the key that the node there has to prove.
struct DialAddress {
  std::string endpoint;    ///< In ZeroMQ's notation.
  std::optional<Key> key;  ///< None: on this machine, with `insecure_loopback`.
};

/// Parses an address as a person writes it: "127.0.0.1:7070", "localhost:7070", "[::1]:7070",
/// "10.0.0.4:7070" or "eth0:7070", with or without "tcp://". Port "*" or 0 chooses a free port.
Result<ListenAddress> address_to_listen(std::string_view address);
/// The same with the public key of the listening node appended, as in "10.0.0.4:7070/c0ffee...".
/// Without a key only loopback addresses are accepted.
Result<DialAddress> address_to_dial(std::string_view address);
/// Text of the key in an address to dial; empty if there is none.
std::string key_in(std::string_view address);
/// The error of dialing an address without a key.
Error missing_key(std::string_view address);

}  // namespace troupe::transport
