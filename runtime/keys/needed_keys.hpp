#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/core/result.hpp"
#include "runtime/keys/key_folder.hpp"
#include "transport/key.hpp"

// Which keys an address asks for. `folder` is where they are: empty for the usual place, and then
// they are looked for only where nothing goes without them.

namespace troupe::runtime {

/// Null: none are needed.
using Keys = std::shared_ptr<const KeyFolder>;

/// To listen. The error says what is missing, and what makes it.
Result<Keys> keys_to_listen(const std::string& address, const std::string& folder);
/// To dial.
Result<Keys> keys_to_dial(const std::string& address, const std::string& folder);

/// What a node is told to join: an address, and perhaps an invitation's secret key.
struct JoinAddress {
  std::string head;
  std::optional<transport::Key> invitation;
};
/// HOST:PORT, HOST:PORT/KEY or HOST:PORT/KEY/INVITATION, with or without tcp:// before it.
Result<JoinAddress> read_join_address(std::string_view text);

/// The address of a node that listens on every interface, as its own machine dials it, and as
/// others do, which know this machine as `host`. Any other address stays as it is.
[[nodiscard]] std::string seen_from_here(const std::string& address);
[[nodiscard]] std::string seen_from_elsewhere(const std::string& address, const std::string& host);

}  // namespace troupe::runtime
