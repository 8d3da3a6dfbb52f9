#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "transport/endpoint.hpp"

namespace troupe::transport::test {

inline Bytes as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text));
}
inline std::string as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// An endpoint that records all its callbacks.
class TestNode {
 public:
  TestNode(Reactor& reactor, std::unique_ptr<Wire> wire, PeerId id, const std::string& name,
           LinkOptions options = {}, std::uint16_t protocol = protocol_version,
           MemberOf member_of = {}, Enrol enrol = {})
      : endpoint(reactor, std::move(wire), {id, name, greeting_of(name), protocol}, options,
                 callbacks(std::move(member_of), std::move(enrol))) {}

  static std::vector<std::byte> greeting_of(const std::string& name) {
    const auto bytes = std::as_bytes(std::span(name));
    std::vector<std::byte> greeting(bytes.begin(), bytes.end());
    greeting.push_back(std::byte{0});
    return greeting;
  }

  void dial(const std::string& address, Duration patience = std::chrono::seconds(10)) {
    endpoint.dial(address, patience, [this](Result<PeerId> peer) { dialed.push_back(peer); });
  }
  bool send(PeerId to, std::string_view text) {
    return endpoint.send(to, as_bytes(text)).has_value();
  }
  Result<void> send_bulk(PeerId to, std::string_view text) {
    std::string message(bulk_headroom, '\0');
    message += text;
    return endpoint.send_bulk(to, message);
  }
  [[nodiscard]] LinkState state(PeerId peer) const {
    for (const auto& p : endpoint.peers())
      if (p.id == peer) return p.state;
    return LinkState::connecting;
  }

  struct Up {
    std::string name;
    std::string greeting;
  };
  std::map<PeerId, Up> ups;
  std::map<PeerId, std::vector<std::string>> messages;
  std::map<PeerId, std::vector<std::string>> bulks;
  std::map<PeerId, Departure> downs;
  std::vector<Result<PeerId>> dialed;
  std::vector<LinkState> states;
  int rooms = 0;
  int bulk_rooms = 0;
  bool closed = false;
  std::function<void(PeerId)> on_room;
  Endpoint endpoint;

 private:
  Endpoint::Callbacks callbacks(MemberOf member_of, Enrol enrol) {
    return {.on_up =
                [this](PeerId peer, std::string_view name, Bytes greeting) {
                  check(!ups.contains(peer), "a peer comes up once");
                  ups[peer] = {std::string(name), as_text(greeting)};
                },
            .on_message =
                [this](PeerId peer, Bytes message) {
                  check(ups.contains(peer) && !downs.contains(peer),
                        "messages come while it is up");
                  messages[peer].push_back(as_text(message));
                },
            .on_down =
                [this](PeerId peer, const Departure& departure) {
                  check(ups.contains(peer) && !downs.contains(peer), "a peer goes down once");
                  downs[peer] = departure;
                },
            .on_room =
                [this](PeerId peer) {
                  ++rooms;
                  if (on_room) on_room(peer);
                },
            .on_state = [this](PeerId, LinkState state) { states.push_back(state); },
            .member_of = std::move(member_of),
            .enrol = std::move(enrol),
            .on_bulk =
                [this](PeerId peer, Bytes message) {
                  check(ups.contains(peer) && !downs.contains(peer),
                        "large messages come while it is up");
                  bulks[peer].push_back(as_text(message));
                },
            .on_bulk_room = [this](PeerId) { ++bulk_rooms; }};
  }
};

}  // namespace troupe::transport::test
