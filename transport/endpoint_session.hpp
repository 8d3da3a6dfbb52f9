#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "transport/endpoint.hpp"

namespace troupe::transport {

/// A link of an endpoint, and what it needs besides.
struct Endpoint::Session {
  std::uint64_t number = 0;
  Link link;
  Route route{};                   ///< Where its frames go.
  Route dialed{};                  ///< The route that this side dialed, if it did.
  std::string key{};               ///< Of the other end, as text; empty without keys.
  std::optional<Member> member{};  ///< Whose that is, if it came with it.
  std::string machine{};           ///< That it came from.
  std::string address{};           ///< What it dials.
  Instant redial_at{};
  Instant patience = Instant::never();  ///< While connecting.
  std::vector<OnDialed> waiting{};      ///< For it to be up.
  LinkState reported = LinkState::connecting;
  bool was_up = false;
  bool dirty = false;
  Instant oldest{};             ///< When the oldest message was sent that was not confirmed,
  std::size_t unconfirmed = 0;  ///< how much that and all later ones were,
  Instant stalled_since{};      ///< and since when both are so.
  Reactor::TimerId timer = Reactor::TimerId::none;
  Instant timer_at = Instant::never();

  /// Whether a frame that names this peer may be its own.
  [[nodiscard]] bool speaks_through(Route from, const Sender& sender) const {
    if (from == dialed && sender.key.empty()) return true;  // It proved its key to be dialed.
    return sender.key == key;
  }
};

}  // namespace troupe::transport
