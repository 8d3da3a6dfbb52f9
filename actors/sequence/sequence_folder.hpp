#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actors/head/task_result.hpp"
#include "actors/sequence/sequence_file.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// A task of a sequence, with the state in its folder.
struct TaskInFolder {
  std::string name;
  std::string folder;  ///< Path, below the folder of the sequence.
  StudySpec::Mode mode = StudySpec::Mode::min;
  std::optional<TaskResult> end;  ///< None: the task has not begun.
};

/// Whether `folder` is the folder of a sequence.
[[nodiscard]] bool holds_sequence(const std::string& folder);

/// Tasks of the sequence file in `folder`, in order.
Result<std::vector<TaskInFolder>> tasks_in(const std::string& folder);

/// Checks that each task began with the A* that the tasks before it left; a memory shared with
/// other sequences may hold more. Returns a sentence for each violation.
Result<std::vector<std::string>> check_incumbents(const std::string& folder,
                                                  const std::vector<TaskInFolder>& tasks);

}  // namespace troupe::actors
