#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "transport/wire.hpp"

namespace troupe::transport::test {

/// Wraps a wire and shows each frame that this side sends to `on_sent`, before the wire takes it.
class RecordingWire final : public Wire {
 public:
  using OnSent = std::function<void(Bytes frame)>;

  RecordingWire(std::unique_ptr<Wire> wire, OnSent on_sent)
      : wire_(std::move(wire)), on_sent_(std::move(on_sent)) {}

  void receive_with(OnFrame on_frame) override { wire_->receive_with(std::move(on_frame)); }
  Result<std::string> listen(const std::string& address) override { return wire_->listen(address); }
  Result<Route> dial(const std::string& address) override { return wire_->dial(address); }
  Result<Route> dial_bulk(const std::string& address) override { return wire_->dial_bulk(address); }
  Sent send(Route to, Bytes frame) override {
    on_sent_(frame);
    return wire_->send(to, frame);
  }
  Sent send_shared(Route to, const SharedFrame& frame) override {
    on_sent_(bytes_of(frame));
    return wire_->send_shared(to, frame);
  }
  void hang_up(Route route) override { wire_->hang_up(route); }

 private:
  std::unique_ptr<Wire> wire_;
  OnSent on_sent_;
};

}  // namespace troupe::transport::test
