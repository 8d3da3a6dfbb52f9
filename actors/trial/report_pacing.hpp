#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "runtime/core/clock.hpp"

namespace troupe::actors {

/// Notices from the arrival of reports that a program does not flush its output: reports that were
/// made seconds apart arrive in one piece, at the end or whenever a buffer is full. Such a program
/// cannot be stopped early.
class ReportPacing {
 public:
  /// The program started.
  void start(Instant now) { started_ = now; }
  /// A piece of output arrived that completes `reports` reports. A report that repeats a resource
  /// is not counted: a program may print an epoch twice and flush both lines at once.
  void on_output(Instant now, std::size_t reports);

  /// What was seen, as a sentence about the program that ended at `now`; none if its reports
  /// arrived one by one, or within 2 seconds.
  [[nodiscard]] std::optional<std::string> buffering(Instant now) const;

 private:
  Instant started_{};
  std::size_t reports_ = 0;
  std::size_t pieces_ = 0;        ///< Pieces of output with reports.
  bool each_has_several_ = true;  ///< Each piece before the last one.
  std::size_t last_reports_ = 0;  ///< Of the last piece.
  Instant last_piece_{};
  Duration shortest_silence_{};  ///< Between two pieces.
};

/// What follows from `ReportPacing::buffering`, and the remedy. `unbuffered`: report.unbuffer is
/// set already.
[[nodiscard]] std::string what_follows_from_buffering(bool unbuffered);

}  // namespace troupe::actors
