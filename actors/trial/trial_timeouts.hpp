#pragma once

#include <optional>
#include <string>

#include "runtime/core/clock.hpp"

namespace troupe::actors {

/// Decides when a program has hung: trial_timeout and report_timeout. Time in which the program
/// cannot report does not count: while its output is not read, and while this process is stopped.
class TrialTimeouts {
 public:
  /// Seconds; none: no bound.
  TrialTimeouts(std::optional<double> trial_s, std::optional<double> report_s)
      : trial_s_(trial_s), report_s_(report_s) {}

  /// The program was started.
  void start(Instant now);
  /// The program reported.
  void on_report(Instant now);
  /// The output of the program is read from now on, or not.
  void set_reading(bool reading, Instant now);
  /// The bounds do not apply any more: the program was told to end.
  void disarm();

  /// When to call `check` next; none: not needed.
  [[nodiscard]] std::optional<Instant> next() const;
  /// Why the program has to be ended; none: it may run on. `due`: the time for which this check was
  /// planned. A check that is more than a second late was held up by the node, and counts nothing.
  [[nodiscard]] std::optional<std::string> check(Instant now, Instant due);

 private:
  std::optional<double> trial_s_;
  std::optional<double> report_s_;
  std::optional<Instant> trial_until_;
  std::optional<Instant> report_until_;
  bool reading_ = true;
};

}  // namespace troupe::actors
