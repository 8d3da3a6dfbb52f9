#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "schedulers/events.hpp"
#include "schedulers/space/config.hpp"
#include "schedulers/trial_state.hpp"

namespace troupe::actors {

/// What a study knows of a trial.
struct TrialRecord {
  schedulers::TrialId id = 0;
  schedulers::TrialState state = schedulers::TrialState::running;
  /// State after the end of the process, which was ordered: paused, stopped or completed; pending
  /// if the study is interrupted. None while the process may run on, and without a process.
  std::optional<schedulers::TrialState> next_state;
  schedulers::Config config;
  std::string node;  ///< Of the running attempt.
  std::uint32_t attempt = 0;
  std::uint32_t retries = 0;        ///< Used up.
  std::uint32_t idle_restarts = 0;  ///< Blameless restarts in a row without a report between them.
  schedulers::Resource started_from = 0;  ///< Where the current attempt began.
  schedulers::Resource reported = 0;      ///< Last of the current attempt; at first `started_from`.
  double cost = 0;                        ///< Of the current attempt, as last reported.
  std::uint64_t reports = 0;              ///< Rows of the current attempt,
  std::uint64_t warnings = 0;             ///< of one kind and the other.
  schedulers::Resource resource = 0;      ///< Highest reported.
  schedulers::Resource until = 0;         ///< The next milestone.
  std::string stop_reason;

  /// Promoted while its process was still ending: a slot is kept for it, and it goes on there as
  /// soon as the process is gone.
  struct Promotion {
    std::string node;
    schedulers::Resource from = 0;
    schedulers::Resource until = 0;
  };
  std::optional<Promotion> promotion;

  [[nodiscard]] bool has_process() const { return state == schedulers::TrialState::running; }
  /// It has a process, whose end was not ordered.
  [[nodiscard]] bool runs_on() const { return has_process() && !next_state; }
};

}  // namespace troupe::actors
