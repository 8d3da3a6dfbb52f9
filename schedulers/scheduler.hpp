#pragma once

#include <vector>

#include "schedulers/events.hpp"

namespace troupe::schedulers {

/// What a person is shown of a scheduler's state.
struct SchedulerStatus {
  static constexpr std::string_view wire_name = "standing";
  Resource ceiling = 0;          ///< T: how far a trial may go today.
  double epsilon = 0;            ///< 0 where the scheduler has none.
  bool epsilon_capped = false;   ///< More than 2,000 trials could be compared; the best 2,000 are.
  Resource hurdle_resource = 0;  ///< The highest rung with a hurdle; 0: there is none yet.
  double hurdle = 0;             ///< The metric to beat there.
  static auto fields(auto& m) {
    return std::tuple{field("ceiling", m.ceiling), field("epsilon", m.epsilon),
                      field("epsilon_capped", m.epsilon_capped),
                      field("hurdle_resource", m.hurdle_resource), field("hurdle", m.hurdle)};
  }
  friend bool operator==(const SchedulerStatus&, const SchedulerStatus&) = default;
};

/// Decides which trials run, how far, and which go on. A state machine without I/O, clocks, threads
/// or global state: the same options and the same events give the same decisions.
class Scheduler {
 public:
  virtual ~Scheduler() = default;

  /// Takes one event in; returns what to do about it, in order.
  [[nodiscard]] virtual std::vector<Decision> on(const Event& event) = 0;

  [[nodiscard]] virtual SchedulerStatus standing() const = 0;
};

}  // namespace troupe::schedulers
