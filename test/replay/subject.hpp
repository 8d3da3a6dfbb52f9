#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "schedulers/events.hpp"
#include "test/replay/trace.hpp"

namespace troupe::replay {

/// One of our schedulers under replay: takes what happens, and says what a trace records of it.
class Subject {
 public:
  virtual ~Subject() = default;

  /// What the header says otherwise; none if nothing.
  [[nodiscard]] virtual std::optional<std::string> header_difference() const = 0;

  /// The scheduler's answer. `expected`: what the trace has here, of which only the draws are read.
  virtual std::vector<schedulers::Decision> on(const schedulers::Event& event,
                                               const Line& expected) = 0;

  /// Adds to a line, whose event `decisions` answered, what is particular to the scheduler, and the
  /// changes of its state. Returns what is wrong with the answer itself.
  [[nodiscard]] virtual std::optional<std::string> describe(
      Line& line, const std::vector<schedulers::Decision>& decisions) = 0;

  /// Adds the state at the end.
  virtual void describe(End& end) const = 0;
};

/// The scheduler that made the trace; or what is wrong with its options.
struct SubjectOrProblem {
  std::unique_ptr<Subject> subject;
  std::string problem;
};
[[nodiscard]] SubjectOrProblem make_subject(const Trace& trace);
[[nodiscard]] SubjectOrProblem make_halving_subject(const Trace& trace);
[[nodiscard]] SubjectOrProblem make_sync_subject(const Trace& trace);

}  // namespace troupe::replay
