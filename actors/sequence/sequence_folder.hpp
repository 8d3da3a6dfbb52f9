#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actors/head/task_end.hpp"
#include "actors/sequence/sequence_file.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// A task of a sequence, as its folder has it.
struct TaskInFolder {
  std::string name;
  std::string folder;  ///< With the sequence's before it.
  StudySpec::Mode mode = StudySpec::Mode::min;
  std::optional<TaskEnd> end;  ///< None: it has not begun.
};

/// Whether `folder` is one of a sequence.
[[nodiscard]] bool holds_sequence(const std::string& folder);

/// The tasks of a sequence, in order, as far as its file in the folder names them.
Result<std::vector<TaskInFolder>> tasks_in(const std::string& folder);

/// What contradicts: each task begins with A* as the tasks before it left it. With a memory that
/// other sequences use as well, theirs may be among it. Sentences; none if all is well.
Result<std::vector<std::string>> check_incumbents(const std::string& folder,
                                                  const std::vector<TaskInFolder>& tasks);

}  // namespace troupe::actors
