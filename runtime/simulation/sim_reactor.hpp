#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "runtime/core/reactor.hpp"
#include "runtime/simulation/virtual_clock.hpp"

namespace troupe::runtime::simulation {

/// A reactor without a thread, whose callbacks the owning test runs one after the other. Posts run
/// in their order and before due timers; timers run in the order of their time, then of their
/// creation. The clock moves in `advance` and `advance_to_next_timer` only. A simulation has no
/// file descriptors, so watches fail a check.
class SimReactor final : public Reactor {
 public:
  explicit SimReactor(VirtualClock& clock) : clock_(clock) {}

  /// Whether a callback is due now.
  [[nodiscard]] bool is_due() const {
    return !posted_.empty() || (!timers_.empty() && timers_.begin()->first.first <= now());
  }
  /// Runs the next callback that is due now. False if there is none.
  bool run_one();
  /// Runs callbacks until none is due at the present time; returns their number. More than
  /// `callback_max` fail a check, because callbacks may post for ever.
  std::size_t run_until_idle(std::size_t callback_max = 10'000'000);
  /// Moves the clock by `duration` and runs each callback at the time when it is due.
  void advance(Duration duration);
  /// When the earliest timer is due, possibly in the past; none if there is no timer.
  [[nodiscard]] std::optional<Instant> next_timer() const;
  /// Moves the clock to the earliest timer and runs until idle. False if there was neither a timer
  /// nor a due callback.
  bool advance_to_next_timer();

  [[nodiscard]] Instant now() const override { return clock_.now(); }
  void post(Callback callback) override;
  TimerId at(Instant when, Callback callback) override;
  void cancel(TimerId timer) override;
  WatchId watch_readable(int fd, Callback callback) override;
  WatchId watch_writable(int fd, Callback callback) override;
  void unwatch(WatchId watch) override;

 private:
  VirtualClock& clock_;
  std::uint64_t last_id_ = 0;
  std::deque<Callback> posted_;
  std::map<std::pair<Instant, TimerId>, Callback> timers_;
  std::unordered_map<TimerId, Instant> due_;  ///< The time of each timer, to find it by its id.
};

}  // namespace troupe::runtime::simulation
