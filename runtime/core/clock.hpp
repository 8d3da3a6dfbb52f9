#pragma once

#include <chrono>

namespace troupe {

using Duration = std::chrono::nanoseconds;

/// A point on a clock that never jumps; its zero means nothing outside the process.
struct Instant {
  Duration since_zero{0};

  friend auto operator<=>(const Instant&, const Instant&) = default;
  friend Instant operator+(Instant at, Duration d) { return {at.since_zero + d}; }
  friend Instant operator-(Instant at, Duration d) { return {at.since_zero - d}; }
  friend Duration operator-(Instant a, Instant b) { return a.since_zero - b.since_zero; }
  static constexpr Instant never() { return {Duration::max()}; }
};

/// The only source of time. The real one reads the system; the virtual one moves when a test or the
/// simulation says so.
class Clock {
 public:
  virtual ~Clock() = default;

  /// For deadlines, timers and intervals. Monotonic.
  [[nodiscard]] virtual Instant now() const = 0;

  /// For people and files only: time since 1970-01-01 UTC. May jump; never decides anything.
  [[nodiscard]] virtual std::chrono::microseconds wall() const = 0;
};

}  // namespace troupe
