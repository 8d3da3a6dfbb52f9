#pragma once

#include <string>
#include <string_view>

#include "runtime/core/result.hpp"

namespace troupe::transport {

/// What ZeroMQ binds or connects to, from what a person writes: "127.0.0.1:7070", "localhost:7070",
/// "[::1]:7070", each with or without "tcp://"; to listen, port "*" or 0 chooses a free one.
/// Addresses other than loopback are refused: links are neither encrypted nor authenticated yet.
Result<std::string> address_to_listen(std::string_view address);
Result<std::string> address_to_dial(std::string_view address);

}  // namespace troupe::transport
