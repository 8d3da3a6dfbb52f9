#pragma once

#include <memory>
#include <utility>

#include "transport/frame.hpp"
#include "transport/wire.hpp"

namespace troupe::transport::test {

/// Wraps a wire and drops frames while it is cut, by direction and lane.
class CutWire final : public Wire {
 public:
  enum class Lanes { both, ordinary, bulk };
  struct Cuts {
    bool in = false;
    bool out = false;
    Lanes of = Lanes::both;

    [[nodiscard]] bool hit(Bytes frame) const {
      const auto read = decode_frame(frame, std::size_t{1} << 30);
      return of == Lanes::both || !read || read->header.bulk == (of == Lanes::bulk);
    }
  };

  CutWire(std::unique_ptr<Wire> wire, std::shared_ptr<Cuts> cuts)
      : wire_(std::move(wire)), cuts_(std::move(cuts)) {}

  void receive_with(OnFrame on_frame) override {
    wire_->receive_with([on_frame = std::move(on_frame), cuts = cuts_](
                            Route from, const Sender& sender, Bytes frame) {
      if (!cuts->in || !cuts->hit(frame)) on_frame(from, sender, frame);
    });
  }
  Result<std::string> listen(const std::string& address) override { return wire_->listen(address); }
  Result<Route> dial(const std::string& address) override { return wire_->dial(address); }
  Result<Route> dial_bulk(const std::string& address) override { return wire_->dial_bulk(address); }
  Sent send(Route to, Bytes frame) override {
    return cuts_->out && cuts_->hit(frame) ? Sent::taken : wire_->send(to, frame);
  }
  Sent send_shared(Route to, const SharedFrame& frame) override {
    return cuts_->out && cuts_->hit(bytes_of(frame)) ? Sent::taken : wire_->send_shared(to, frame);
  }
  void hang_up(Route route) override { wire_->hang_up(route); }

 private:
  std::unique_ptr<Wire> wire_;
  std::shared_ptr<Cuts> cuts_;
};

}  // namespace troupe::transport::test
