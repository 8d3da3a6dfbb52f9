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

/// A reactor without a thread: the test that owns it runs its callbacks, one after the other, in
/// the order of their posts, and timers in the order of their time, then of their creation. Posts
/// go before timers that are due. Time moves in `advance` only.
///
/// There are no file descriptors in a simulation: the watches fail a check.
class SimReactor final : public Reactor {
 public:
  explicit SimReactor(VirtualClock& clock) : clock_(clock) {}

  /// Whether a callback is due now.
  [[nodiscard]] bool is_due() const {
    return !posted_.empty() || (!timers_.empty() && timers_.begin()->first.first <= now());
  }
  /// Runs the next callback that is due now. False if there is none.
  bool run_one();
  /// Runs until nothing is due at the present time; returns how many callbacks ran. Callbacks that
  /// post for ever fail a check after `callback_max`.
  std::size_t run_until_idle(std::size_t callback_max = 10'000'000);
  /// Moves the time on, stopping at each timer on the way and running all that is due there.
  void advance(Duration duration);
  /// When the earliest timer is due, which may be past; nothing if there is no timer.
  [[nodiscard]] std::optional<Instant> next_timer() const;
  /// Moves to the earliest timer and runs until idle. False if there was neither a timer nor
  /// anything else to run.
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
  std::unordered_map<TimerId, Instant> due_;  ///< To find a timer by its id.
};

}  // namespace troupe::runtime::simulation
