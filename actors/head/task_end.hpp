#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/events.hpp"
#include "actors/study_file/study_spec.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// How a study stands or ended, and what its memory did for it, as its journal has it.
struct TaskEnd {
  std::string identity;
  std::string memory;                   ///< The one it began with; empty: none.
  std::optional<StudyFinished> ending;  ///< None: it is not over, and nothing interrupted it yet.
  std::int64_t time_us = 0;             ///< Of its last row.
  std::optional<IncumbentChanged> best;
  std::vector<Config> incumbents;  ///< What it began with.
  std::size_t trials = 0;
  std::size_t incumbents_ran = 0;
  std::map<Resource, double> hurdles;  ///< As they stand: the metric to reach, by rung.
  std::size_t below_hurdle = 0;        ///< Trials that the hurdle stopped.
  /// Where paused trials stand: under the rule promotion, one below the hurdle never goes on.
  std::map<TrialId, std::pair<Resource, double>> paused;

  /// Trials that the hurdle stopped or keeps waiting.
  [[nodiscard]] std::size_t kept_back(StudySpec::Mode mode) const;

  /// It is over for good, and what it found counts: it came to its end, or somebody who had seen
  /// enough stopped it. One that failed has found nothing that can be relied on.
  [[nodiscard]] bool counts() const {
    return ending && (ending->outcome == StudyFinished::Outcome::finished ||
                      ending->outcome == StudyFinished::Outcome::stopped);
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
