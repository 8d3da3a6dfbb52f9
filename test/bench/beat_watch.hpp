#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "runtime/make_node.hpp"
#include "transport/frame.hpp"
#include "transport/link_options.hpp"
#include "transport/wire.hpp"

namespace troupe::bench {

/// Measures the age of heartbeats on arrival: the time from the write in the other node to this
/// node's link. Both nodes are on one machine, whose processes share a clock.
class BeatWatch {
 public:
  /// Returns the ages since the last call, in microseconds.
  [[nodiscard]] std::vector<double> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(ages_us_, {});
  }
  /// `options` with this heartbeat interval and a watched wire. The watch must outlive the node.
  [[nodiscard]] std::unique_ptr<runtime::Node> make_node(const runtime::NodeOptions& options,
                                                         Duration heartbeat) {
    runtime::Environment environment = runtime::make_environment(options);
    environment.link_options.heartbeat = heartbeat;
    environment.make_wire = [this, make = environment.make_wire, clock = environment.clock](
                                Reactor& reactor, transport::PeerId self) {
      return std::make_unique<WatchedWire>(make(reactor, self), *this, *clock);
    };
    return std::make_unique<runtime::Node>(options, std::move(environment));
  }

 private:
  class WatchedWire final : public transport::Wire {
   public:
    WatchedWire(std::unique_ptr<Wire> wire, BeatWatch& watch, const Clock& clock)
        : wire_(std::move(wire)), watch_(watch), clock_(clock) {}

    void receive_with(OnFrame on_frame) override {
      wire_->receive_with([this, on_frame = std::move(on_frame)](transport::Route from,
                                                                 const transport::Sender& sender,
                                                                 transport::Bytes bytes) {
        watch_.look_at(bytes, clock_.now());
        on_frame(from, sender, bytes);
      });
    }
    void dial_rejected_with(OnDialRejected on_rejected) override {
      wire_->dial_rejected_with(std::move(on_rejected));
    }
    Result<std::string> listen(const std::string& address) override {
      return wire_->listen(address);
    }
    Result<transport::Route> dial(const std::string& address) override {
      return wire_->dial(address);
    }
    Result<transport::Route> dial_bulk(const std::string& address) override {
      return wire_->dial_bulk(address);
    }
    Sent send(transport::Route to, transport::Bytes frame) override {
      return wire_->send(to, frame);
    }
    Sent send_shared(transport::Route to, const transport::SharedFrame& frame) override {
      return wire_->send_shared(to, frame);
    }
    void hang_up(transport::Route route) override { wire_->hang_up(route); }
    [[nodiscard]] transport::RefusalLog refusals() const override { return wire_->refusals(); }

   private:
    std::unique_ptr<Wire> wire_;
    BeatWatch& watch_;
    const Clock& clock_;
  };

  void look_at(transport::Bytes bytes, Instant now) {
    constexpr std::size_t beat_max = 1024;
    if (bytes.size() > beat_max) return;
    const auto frame = transport::decode_frame(bytes, beat_max);
    if (!frame || frame->header.kind != transport::FrameKind::beat) return;
    const auto times = transport::decode_beat(frame->body);
    if (!times) return;
    const Duration sent(static_cast<Duration::rep>(times->sent));
    const std::lock_guard lock(mutex_);
    ages_us_.push_back(std::chrono::duration<double>(now.since_zero - sent).count() * 1e6);
  }

  std::mutex mutex_;
  std::vector<double> ages_us_;
};

}  // namespace troupe::bench
