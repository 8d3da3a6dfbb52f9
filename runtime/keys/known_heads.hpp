#pragma once

#include <string>

#include "runtime/core/result.hpp"
#include "runtime/keys/key_folder.hpp"

// The heads that this machine has joined: their keys need not be typed again. They are kept in the
// file `heads` of the key folder, `tcp://HOST:PORT KEY` a line.

namespace troupe::runtime {

/// `address`: with the key of the head, which has proved it. One on this machine needs no
/// remembering.
Result<void> remember_head(const KeyFolder& keys, const std::string& address);

/// With the key behind it if it has none, needs one, and the head that listens there is known to
/// the key folder at `folder`; else as it is.
[[nodiscard]] std::string with_known_key(const std::string& address, const std::string& folder);

}  // namespace troupe::runtime
