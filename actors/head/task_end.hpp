#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "actors/events.hpp"
#include "actors/results/study_state.hpp"
#include "actors/study_file/study_spec.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// How a study stands or ended, and what its memory did for it, as its journal has it.
struct TaskEnd {
  std::string identity;
  std::string memory;  ///< Path of the memory that it began with; empty: none.
  StudyState state{StudyState::Detail::trials};

  /// Incumbents of the memory when the study began.
  [[nodiscard]] const std::vector<Config>& incumbents() const;
  /// Trials that the hurdle stopped, or keeps waiting: under the rule promotion, a paused trial
  /// below the hurdle never goes on.
  [[nodiscard]] std::size_t below_hurdle(StudySpec::Mode mode) const;

  /// It is over for good, and what it found counts: it came to its end, or somebody who had seen
  /// enough stopped it. One that failed has found nothing that can be relied on.
  [[nodiscard]] bool counts() const {
    const auto& end = state.finished();
    return end && (end->outcome == StudyFinished::Outcome::finished ||
                   end->outcome == StudyFinished::Outcome::stopped);
  }
};

/// Of the study in `folder`. None: nothing has happened there yet.
Result<std::optional<TaskEnd>> task_end(const std::string& folder);

/// Tells the memory of a study that counts: true if its best configuration joined A*. Told again,
/// it says the same. `memory` is a path.
Result<bool> remember(const TaskEnd& end, const StudySpec& spec, const std::string& folder,
                      const std::string& memory);

/// "3 incumbents ran, hurdle stopped 17 of 40 trials, joined A*: yes".
[[nodiscard]] std::string memory_sentence(const TaskEnd& end, StudySpec::Mode mode, bool joined);

}  // namespace troupe::actors
