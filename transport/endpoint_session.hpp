#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "transport/endpoint.hpp"
#include "transport/lane.hpp"

namespace troupe::transport {

/// Whether a peer confirms anything of what was sent to it.
struct Progress {
  Instant oldest{};             ///< When the oldest message was sent that was not confirmed,
  std::size_t unconfirmed = 0;  ///< how much that and all later ones were,
  Instant since{};              ///< and since when both are so.

  /// For how long it has confirmed nothing, although it is there and something was sent.
  Duration stalled(Instant oldest_now, std::size_t unconfirmed_now, bool is_up, Instant now) {
    const bool stalls =
        is_up && unconfirmed_now > 0 && unconfirmed_now == unconfirmed && oldest_now == oldest;
    oldest = oldest_now;
    unconfirmed = unconfirmed_now;
    if (!stalls) since = now;
    return now - since;
  }
};

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
  Progress progress{};
  Reactor::TimerId timer = Reactor::TimerId::none;
  Instant timer_at = Instant::never();

  std::optional<Lane> lane{};  ///< For large messages, once there were any.
  Route lane_route{};          ///< Where its frames go.
  Route lane_dialed{};         ///< The route that this side dialed for it, if it did.
  Instant lane_redial_at{};
  Progress lane_progress{};
  bool leaving = false;
  std::optional<std::string> farewell{};  ///< To be said when the lane has nothing left to send.

  /// Whether a frame that names this peer may be its own.
  [[nodiscard]] bool speaks_through(Route from, const Sender& sender) const {
    if ((from == dialed || from == lane_dialed) && sender.key.empty())
      return true;  // It proved its key to be dialed.
    return sender.key == key;
  }
};

}  // namespace troupe::transport
