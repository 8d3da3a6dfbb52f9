#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "runtime/core/clock.hpp"
#include "transport/link_options.hpp"

namespace troupe::transport {

/// When a node says hello on a route that it dialed: at once, then again with doubling waits, at
/// most a heartbeat apart, until it is answered.
class HelloTimer {
 public:
  /// `first`: when the first hello is due; `never` on the side that accepts.
  HelloTimer(const LinkOptions& options, Instant first)
      : wait_min_(options.hello_again_after),
        wait_max_(std::max(options.heartbeat, options.hello_again_after)),
        due_(first),
        wait_(wait_min_) {}

  /// True if a hello is to be sent now; schedules the next one.
  bool take_due(Instant now) {
    if (now < due_) return false;
    due_ = now + wait_;
    wait_ = std::min(2 * wait_, wait_max_);
    return true;
  }
  /// The next hello, to the node that answered, is due now.
  void restart(Instant now) {
    due_ = now;
    wait_ = wait_min_;
  }
  /// There is a new route: its first hello is due now.
  void redialed(Instant now) {
    ++attempt_;
    restart(now);
  }
  /// The peer speaks: no further hello is needed.
  void stop() {
    due_ = Instant::never();
    wait_ = wait_min_;
  }

  [[nodiscard]] Instant due() const { return due_; }
  /// Number of the current dial, from 1.
  [[nodiscard]] std::uint32_t attempt() const { return attempt_; }

 private:
  Duration wait_min_;
  Duration wait_max_;
  Instant due_;
  Duration wait_;
  std::uint32_t attempt_ = 1;
};

/// For how long nothing was heard of a peer.
class SilenceTimer {
 public:
  explicit SilenceTimer(Instant now) : last_heard_(now) {}

  void heard(Instant now) { last_heard_ = now; }
  /// Discounts a pause of this process, which says nothing about the peer: `deadline` is when this
  /// process had to run, `now` is when it runs, `tolerance` is how late it may run.
  void discount_pause(Instant deadline, Instant now, Duration tolerance) {
    if (const Duration late = now - deadline; late > tolerance)
      last_heard_ = std::min(now, last_heard_ + late);
  }

  [[nodiscard]] Instant last_heard() const { return last_heard_; }
  [[nodiscard]] Duration silence(Instant now) const { return now - last_heard_; }

 private:
  Instant last_heard_;
};

/// For how long a peer that is heard has acknowledged nothing of what was sent to it.
class StallTimer {
 public:
  /// `oldest`: when the oldest unacknowledged message was queued. `bytes`: unacknowledged bytes.
  Duration update(Instant oldest, std::size_t bytes, bool peer_is_heard, Instant now) {
    const bool is_stalled = peer_is_heard && bytes > 0 && bytes == bytes_ && oldest == oldest_;
    oldest_ = oldest;
    bytes_ = bytes;
    if (!is_stalled) since_ = now;
    return now - since_;
  }

 private:
  Instant oldest_{};
  std::size_t bytes_ = 0;
  Instant since_{};  ///< Since when `oldest_` and `bytes_` are as they are.
};

}  // namespace troupe::transport
