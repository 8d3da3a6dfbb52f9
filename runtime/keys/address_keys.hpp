#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "runtime/core/result.hpp"
#include "runtime/keys/key_folder.hpp"
#include "transport/key.hpp"

// The keys that an address needs, and the keys of the heads that this machine has joined. In these
// functions `folder` is the path of the key folder. An empty path means the usual folder, which is
// opened only if the address needs keys.

namespace troupe::runtime {

/// The key folder of a node; null if the node needs no keys.
using Keys = std::shared_ptr<const KeyFolder>;

/// This machine's keys for a node that listens at `address`. Null on loopback, where the keys of a
/// study suffice, unless `folder` is given, or the address has a fixed port, as an ssh tunnel
/// needs, and this machine has keys. If keys are missing, the error says which command makes them.
Result<Keys> keys_to_listen(const std::string& address, const std::string& folder);
/// This machine's keys for a node that dials `address`, which contains the key of the head.
Result<Keys> keys_to_dial(const std::string& address, const std::string& folder);

/// The error of a join with the cause, if nobody answered at `address`. For plain threads; blocks
/// for a few seconds.
[[nodiscard]] Error explained(const Error& error, const std::string& address);

/// Checks the argument of `troupe node --join`: HOST:PORT or HOST:PORT/KEY, with or without a
/// leading tcp://. An invitation behind it is refused, because arguments are visible to every user.
Result<void> check_join_address(std::string_view text);
/// Reads the secret key of an invitation, with or without spaces around it.
Result<transport::Key> read_invitation(std::string_view text);

/// The address at which this machine reaches a node that listens on every interface. Any other
/// address stays as it is.
[[nodiscard]] std::string seen_from_here(const std::string& address);
/// The same as other machines reach it, which know this machine as `host`.
[[nodiscard]] std::string seen_from_elsewhere(const std::string& address, const std::string& host);

/// Stores the key of a head in the file `heads` of the key folder, a line `tcp://HOST:PORT KEY`, so
/// that users need not type it again. `address` contains the key, which the head has proved.
Result<void> remember_head(const KeyFolder& keys, const std::string& address);

/// `address` with the stored key of its head, if the address has no key and needs one; else as it
/// is.
[[nodiscard]] std::string with_known_key(const std::string& address, const std::string& folder);

}  // namespace troupe::runtime
