#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/core/reactor.hpp"
#include "runtime/core/result.hpp"
#include "transport/session.hpp"
#include "transport/wire.hpp"

namespace troupe::transport {

using OnDialed = std::function<void(Result<PeerId>)>;

/// A session and what its endpoint keeps with it.
struct SessionEntry {
  std::uint64_t number = 0;  ///< Never used again in this endpoint.
  Session session;

  // What the endpoint's owner was told.
  LinkState reported = LinkState::connecting;
  bool was_up = false;
  std::vector<OnDialed> dialers{};  ///< Are told when the link is up or has failed.

  // When the endpoint looks at it next.
  bool is_scheduled = false;
  Reactor::TimerId timer = Reactor::TimerId::none;
  Instant timer_at = Instant::never();
};

/// A peer whose link was up and is down.
struct DepartedPeer {
  PeerId id = 0;
  std::string name{};
  std::string reason{};
  std::string machine{};
};

/// The sessions of an endpoint, by number and by peer, and the latest peers that are gone.
class SessionTable {
 public:
  static constexpr std::size_t sessions_max = 1024;
  static constexpr std::size_t departed_max = 1024;
  /// One key cannot use up all links.
  static constexpr std::size_t links_of_key_max = 256;
  using Entries = std::map<std::uint64_t, std::unique_ptr<SessionEntry>>;

  /// The entry keeps its address until it is removed. The table is not full.
  SessionEntry& add(Session session);
  /// Makes `entry` the session of its peer. The peer is known and has no other session.
  void bind_peer(SessionEntry& entry);
  /// Removes the entry. A peer that was up is remembered as departed.
  void remove(SessionEntry& entry);

  /// Null if there is none.
  [[nodiscard]] SessionEntry* with_number(std::uint64_t number) const;
  [[nodiscard]] SessionEntry* with_peer(PeerId peer) const;
  [[nodiscard]] SessionEntry* with_dialed_route(Route route) const;
  [[nodiscard]] const DepartedPeer* departed(PeerId peer) const;
  /// Number of sessions of peers that proved this key, given as text.
  [[nodiscard]] std::size_t links_of(std::string_view key) const;

  [[nodiscard]] const Entries& entries() const { return entries_; }  ///< In the order added.
  [[nodiscard]] const std::deque<DepartedPeer>& departed() const { return departed_; }
  [[nodiscard]] bool is_empty() const { return entries_.empty(); }
  [[nodiscard]] bool is_full() const { return entries_.size() >= sessions_max; }

 private:
  Entries entries_;
  std::uint64_t last_number_ = 0;
  std::unordered_map<PeerId, SessionEntry*> by_peer_;
  std::deque<DepartedPeer> departed_;  ///< Oldest first.
};

}  // namespace troupe::transport
