#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test/unit/transport/node.hpp"
#include "test/unit/transport/poll_reactor.hpp"
#include "transport/zmq/zmq_wire.hpp"

namespace troupe::transport::test {

/// A head that requires keys, over real sockets, and the nodes that connect to it. `members`: the
/// owners of the admitted keys.
struct Gated {
  PollReactor reactor;
  KeyPair head_keys = make_key_pair();
  KeyPair gpu1_keys = make_key_pair();
  std::map<std::string, Member, std::less<>> members;
  std::set<std::string, std::less<>> expired;  ///< Keys of invitations.
  std::unique_ptr<TestNode> head;
  std::string address;  ///< Of the head, with its key.

  explicit Gated(LinkOptions options = {}) {
    members[to_text(gpu1_keys.public_key)] = {"gpu1", "node"};
    members[to_text(head_keys.public_key)] = {"head", "own"};
    head = node(1, "head", head_keys, options);
    address = head->endpoint.listen("127.0.0.1:*").value();
  }

  MemberOf member_of() {
    return [this](std::string_view key) {
      const auto found = members.find(key);
      return found == members.end() ? std::nullopt : std::optional(found->second);
    };
  }
  std::function<bool(std::string_view)> is_expired() {
    return [this](std::string_view key) { return expired.contains(key); };
  }
  Enrol enrol_in() {
    return [this](std::string_view invitation, const Key& key) -> Result<void> {
      Member member = members.extract(std::string(invitation)).mapped();
      member.invited = false;
      members[to_text(key)] = member;
      return {};
    };
  }
  std::unique_ptr<ZmqWire> wire(PeerId id, const KeyPair& own) {
    return std::make_unique<ZmqWire>(
        reactor, id, ZmqWire::Options{.security = Security{own, member_of(), is_expired()}});
  }
  std::unique_ptr<TestNode> node(PeerId id, const std::string& name, const KeyPair& own,
                                 LinkOptions options = {},
                                 std::uint16_t protocol = protocol_version) {
    return std::make_unique<TestNode>(reactor, wire(id, own), id, name, options, protocol,
                                      member_of(), enrol_in());
  }
  std::unique_ptr<TestNode> linked_gpu1() {
    auto gpu1 = node(2, "gpu1", gpu1_keys);
    gpu1->dial(address);
    check(run_until([&] { return head->ups.contains(2) && gpu1->ups.contains(1); }),
          "a node with an admitted key is linked");
    return gpu1;
  }

  bool run_until(const std::function<bool()>& done, Duration limit = std::chrono::seconds(10)) {
    return reactor.run_until(done, limit);
  }
  /// Dials `where` and returns the error; the dial has to fail.
  std::string refused(TestNode& dialer, const std::string& where,
                      Duration patience = std::chrono::seconds(10)) {
    dialer.dial(where, patience);
    check(run_until([&] { return !dialer.dialed.empty(); }, 2 * patience), "each dial ends");
    return dialer.dialed[0] ? "it got in" : dialer.dialed[0].error().what;
  }
  /// How often the head has logged a refusal of `who` whose reason contains `why`. The address of a
  /// peer without a name may be unknown.
  [[nodiscard]] std::uint64_t noted(const std::string& who, const std::string& why) const {
    std::uint64_t times = 0;
    for (const Refusal& refusal : head->endpoint.refusals())
      if (refusal.who == who && (refusal.from == "127.0.0.1" || who.empty()) &&
          refusal.why.find(why) != std::string::npos)
        times += refusal.times;
    return times;
  }
  /// Whether a message of the linked node gpu1 still arrives.
  [[nodiscard]] bool serves(TestNode& gpu1) {
    const auto got = head->messages[2].size();
    return gpu1.send(1, "still here") &&
           run_until([&] { return head->messages[2].size() == got + 1; });
  }
  /// Opens a bare TCP connection to the head; returns its descriptor.
  [[nodiscard]] int connect_bare() const {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port()));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0, "the head listens");
    return fd;
  }
  [[nodiscard]] int port() const {
    const auto slash = address.rfind('/');
    return std::stoi(address.substr(address.rfind(':', slash) + 1));
  }
};

}  // namespace troupe::transport::test
