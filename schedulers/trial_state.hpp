#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace troupe::schedulers {

/// State of a trial, for schedulers, the study, the lists, the files and the terminal.
enum class TrialState : std::uint8_t {
  pending,  ///< No process: its attempt was lost or failed, and another one starts in a free slot.
  running,  ///< A process runs, or its start was ordered.
  paused,   ///< No process: the trial goes on if the scheduler promotes it.
  stopped,  ///< Ended by a decision below the maximum resource.
  completed,  ///< Ended with success by its program, or at the maximum resource.
  failed,     ///< Ended by a failure that is not retried.
};

inline constexpr std::size_t trial_state_count = 6;

constexpr std::array<std::string_view, trial_state_count> enum_names(TrialState) {
  return {"pending", "running", "paused", "stopped", "completed", "failed"};
}

}  // namespace troupe::schedulers
