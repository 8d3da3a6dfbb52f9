#pragma once

#include <chrono>

namespace troupe {

using Duration = std::chrono::nanoseconds;

/// A time on a monotonic clock. Its zero is arbitrary, so it has no meaning on another machine.
struct Instant {
  Duration since_zero{0};

  friend auto operator<=>(const Instant&, const Instant&) = default;
  friend Instant operator+(Instant at, Duration d) { return {at.since_zero + d}; }
  friend Instant operator-(Instant at, Duration d) { return {at.since_zero - d}; }
  friend Duration operator-(Instant a, Instant b) { return a.since_zero - b.since_zero; }
  static constexpr Instant never() { return {Duration::max()}; }
};

/// `at` plus `duration`, at most Instant::never().
[[nodiscard]] inline Instant saturating_add(Instant at, Duration duration) {
  return duration > Instant::never() - at ? Instant::never() : at + duration;
}

/// The only source of time: the system's clock, or a virtual one that a test or the simulation
/// moves.
class Clock {
 public:
  virtual ~Clock() = default;

  /// The monotonic time, for deadlines, timers and intervals.
  [[nodiscard]] virtual Instant now() const = 0;

  /// The time since 1970-01-01 UTC, for people and files. It may jump, so no decision depends on
  /// it.
  [[nodiscard]] virtual std::chrono::microseconds wall() const = 0;
};

}  // namespace troupe
