#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "transport/frame.hpp"
#include "transport/wire.hpp"

namespace troupe::transport::test {

/// A wire without a network: keeps what is sent and dialed for the test to look at.
class FakeWire final : public Wire {
 public:
  struct Sent {
    Route to;
    std::vector<std::byte> bytes;

    [[nodiscard]] Frame frame() const { return *decode_frame(bytes, std::size_t{1} << 30U); }
    [[nodiscard]] FrameKind kind() const { return frame().header.kind; }
    [[nodiscard]] std::string reason() const { return decode_reason(frame().body); }
  };

  explicit FakeWire(PeerId self) : self_(self) {}

  void receive_with(OnFrame) override {}
  Result<std::string> listen(const std::string& address) override { return address; }
  Result<Route> dial(const std::string& address) override {
    if (!reachable) return Error{ErrorKind::io, "cannot dial " + address};
    dialed.push_back(address);
    return Route{self_, ++last_ordinal_};
  }
  Result<Route> dial_bulk(const std::string& address) override { return dial("bulk " + address); }
  Wire::Sent send(Route to, Bytes frame) override {
    sent.push_back({to, {frame.begin(), frame.end()}});
    return Wire::Sent::taken;
  }
  void hang_up(Route route) override { hung_up.push_back(route); }

  bool reachable = true;  ///< Whether `dial` succeeds.
  std::vector<Sent> sent;
  std::vector<std::string> dialed;  ///< Addresses; those of bulk lanes start with "bulk ".
  std::vector<Route> hung_up;

 private:
  PeerId self_;
  std::uint64_t last_ordinal_ = 0;
};

}  // namespace troupe::transport::test
