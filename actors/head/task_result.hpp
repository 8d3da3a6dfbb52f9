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

/// State of a study in a folder, with what a memory or a sequence needs to know of it.
struct TaskResult {
  std::string identity;  ///< Of the study.
  std::string memory;    ///< Path of the memory at the first start; empty: none.
  StudyState state{StudyState::Detail::trials};

  /// Incumbents at the first start.
  [[nodiscard]] const std::vector<Config>& incumbents() const;
  /// Number of trials that were stopped at the hurdle, or are paused below it and so never
  /// promoted.
  [[nodiscard]] std::size_t below_hurdle(StudySpec::Mode mode) const;

  /// Whether the best configuration joins the memory: the study finished or was stopped. The result
  /// of a failed study is unreliable.
  [[nodiscard]] bool counts() const {
    const auto& end = state.finished();
    return end && (end->outcome == StudyFinished::Outcome::finished ||
                   end->outcome == StudyFinished::Outcome::stopped);
  }
};

/// Reads the journal in `folder`. None without a row.
Result<std::optional<TaskResult>> read_task_result(const std::string& folder);

/// Adds a study that counts to the memory at the path `memory`. True if its best configuration
/// joined A*. Idempotent.
Result<bool> remember(const TaskResult& end, const StudySpec& spec, const std::string& folder,
                      const std::string& memory);

/// Effect of the memory: "3 incumbents ran, hurdle stopped 17 of 40 trials, joined A*: yes".
[[nodiscard]] std::string memory_sentence(const TaskResult& end, StudySpec::Mode mode, bool joined);

}  // namespace troupe::actors
