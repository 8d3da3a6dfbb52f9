#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "schedulers/events.hpp"
#include "test/replay/trace.hpp"

namespace troupe::replay {

/// A scheduler under replay: takes the events, and adds its decisions and state to the lines.
class Subject {
 public:
  virtual ~Subject() = default;

  /// The first difference to the header of the trace; none if there is none.
  [[nodiscard]] virtual std::optional<std::string> header_difference() const = 0;

  /// The decisions of the scheduler. Of `expected`, the line of the trace, only draws are used.
  virtual std::vector<schedulers::Decision> on(const schedulers::Event& event,
                                               const Line& expected) = 0;

  /// Adds the fields of the scheduler and the changes of its state to the line of an event, which
  /// `decisions` answered. Returns an error in the decisions themselves.
  [[nodiscard]] virtual std::optional<std::string> describe(
      Line& line, const std::vector<schedulers::Decision>& decisions) = 0;

  /// Adds the final state.
  virtual void describe(End& end) const = 0;
};

/// The scheduler of a trace, or an error in its options.
struct SubjectOrProblem {
  std::unique_ptr<Subject> subject;
  std::string problem;
};
[[nodiscard]] SubjectOrProblem make_subject(const Trace& trace);
[[nodiscard]] SubjectOrProblem make_halving_subject(const Trace& trace);
[[nodiscard]] SubjectOrProblem make_sync_subject(const Trace& trace);

}  // namespace troupe::replay
