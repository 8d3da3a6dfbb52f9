#include "transport/session_table.hpp"

#include <algorithm>
#include <utility>

#include "runtime/core/check.hpp"

namespace troupe::transport {

SessionEntry& SessionTable::add(Session session) {
  check(!is_full(), "an endpoint has at most 1024 sessions");
  const std::uint64_t number = ++last_number_;
  auto entry =
      std::make_unique<SessionEntry>(SessionEntry{.number = number, .session = std::move(session)});
  return *entries_.emplace(number, std::move(entry)).first->second;
}

void SessionTable::bind_peer(SessionEntry& entry) {
  check(entry.session.peer() != 0, "a session is bound to a known peer");
  const bool is_new = by_peer_.emplace(entry.session.peer(), &entry).second;
  check(is_new, "a peer has one session");
}

void SessionTable::remove(SessionEntry& entry) {
  const Session& session = entry.session;
  const PeerId peer = session.peer();
  if (with_peer(peer) == &entry) by_peer_.erase(peer);
  if (entry.was_up) {
    departed_.push_back({peer, session.link().peer_name(), session.link().departure().reason,
                         session.remote().machine});
    if (departed_.size() > departed_max) departed_.pop_front();
  }
  check(entries_.erase(entry.number) == 1, "an entry is removed once");
  check(by_peer_.size() <= entries_.size(), "each peer of the table has an entry");
}

SessionEntry* SessionTable::with_number(std::uint64_t number) const {
  const auto found = entries_.find(number);
  return found == entries_.end() ? nullptr : found->second.get();
}

SessionEntry* SessionTable::with_peer(PeerId peer) const {
  const auto found = by_peer_.find(peer);
  return found == by_peer_.end() ? nullptr : found->second;
}

SessionEntry* SessionTable::with_dialed_route(Route route) const {
  const auto found = std::ranges::find_if(entries_, [&](const auto& item) {
    const Route dialed = item.second->session.dialed();
    return dialed && dialed == route;
  });
  return found == entries_.end() ? nullptr : found->second.get();
}

std::size_t SessionTable::links_of(std::string_view key) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      entries_, [&](const auto& item) { return item.second->session.remote().key == key; }));
}

const DepartedPeer* SessionTable::departed(PeerId peer) const {
  const auto found = std::ranges::find(departed_, peer, &DepartedPeer::id);
  return found == departed_.end() ? nullptr : &*found;
}

}  // namespace troupe::transport
