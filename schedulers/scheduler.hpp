#pragma once

#include <vector>

#include "schedulers/events.hpp"

namespace troupe::schedulers {

/// The part of a scheduler's state that is shown to users.
struct SchedulerStatus {
  static constexpr std::string_view wire_name = "SchedulerStatus";
  Resource ceiling = 0;          ///< T: the highest resource that a trial may reach now.
  double epsilon = 0;            ///< PASHA's epsilon, in units of the metric; 0 for others.
  bool epsilon_capped = false;   ///< Epsilon is taken over the best 2,000 trials only.
  Resource hurdle_resource = 0;  ///< The level of the highest rung with a hurdle; 0: no hurdle.
  double hurdle = 0;             ///< The metric that trials must reach there.
  static auto fields(auto& m) {
    return std::tuple{field("ceiling", m.ceiling), field("epsilon", m.epsilon),
                      field("epsilon_capped", m.epsilon_capped),
                      field("hurdle_resource", m.hurdle_resource), field("hurdle", m.hurdle)};
  }
  friend bool operator==(const SchedulerStatus&, const SchedulerStatus&) = default;
};

/// A scheduler: decides which trials run, how far, and which are promoted. It is a state machine
/// without I/O, clocks, threads or global state: the same options and the same events give the same
/// decisions. schedulers/README.md describes the algorithms; comments cite its sections.
class Scheduler {
 public:
  virtual ~Scheduler() = default;

  /// Takes one event; returns the decisions in the order in which they apply.
  [[nodiscard]] virtual std::vector<Decision> on(const Event& event) = 0;

  [[nodiscard]] virtual SchedulerStatus status() const = 0;

  /// Throws CheckFailure unless the whole state is consistent. O(n log n) in the number of trials
  /// or more: for tests, after each event.
  virtual void check_invariants() const = 0;
};

}  // namespace troupe::schedulers
