#pragma once

#include <memory>
#include <utility>

#include "transport/wire.hpp"

namespace troupe::transport::test {

/// Loses every frame while cut, in the direction that is cut; else the wire that it wraps.
class CutWire final : public Wire {
 public:
  struct Cuts {
    bool in = false;
    bool out = false;
  };

  CutWire(std::unique_ptr<Wire> wire, std::shared_ptr<Cuts> cuts)
      : wire_(std::move(wire)), cuts_(std::move(cuts)) {}

  void receive_with(OnFrame on_frame) override {
    wire_->receive_with([on_frame = std::move(on_frame), cuts = cuts_](
                            Route from, const Sender& sender, Bytes frame) {
      if (!cuts->in) on_frame(from, sender, frame);
    });
  }
  Result<std::string> listen(const std::string& address) override { return wire_->listen(address); }
  Result<Route> dial(const std::string& address) override { return wire_->dial(address); }
  Sent send(Route to, Bytes frame) override {
    return cuts_->out ? Sent::taken : wire_->send(to, frame);
  }
  void hang_up(Route route) override { wire_->hang_up(route); }

 private:
  std::unique_ptr<Wire> wire_;
  std::shared_ptr<Cuts> cuts_;
};

}  // namespace troupe::transport::test
