#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actors/study_file/study_spec.hpp"
#include "runtime/core/result.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::actors {

/// Parameter that the tasks of a memory search.
struct RememberedParameter {
  std::string name;
  std::string domain;  ///< As in a study file.
  /// Value for tasks before the first one with this parameter.
  std::optional<schedulers::Value> fallback;
  friend bool operator==(const RememberedParameter&, const RememberedParameter&) = default;
};

/// Converts configurations between a memory and the space of one task. A memory has no constants:
/// each task has its own.
class SpaceMap {
 public:
  /// The error names the parameter that does not match, and the difference.
  static Result<SpaceMap> of(const std::vector<RememberedParameter>& remembered,
                             const schedulers::Space& space, const MemorySpec& spec);

  /// A configuration of the memory in the task's space. None if it sets a parameter that the space
  /// lacks to another value than the fallback, unless that parameter is dropped; if a value is not
  /// in its domain or not known; or if the space forbids it.
  [[nodiscard]] std::optional<schedulers::Config> to_task(const schedulers::Config& there) const;
  /// A configuration of the task with the parameters and names of the memory.
  [[nodiscard]] schedulers::Config to_memory(const schedulers::Config& here) const;

  /// Searched parameters of the task that the memory lacks, with their fallbacks.
  [[nodiscard]] const std::vector<RememberedParameter>& added() const { return added_; }
  /// Parameters whose domain is another one now.
  [[nodiscard]] const std::vector<RememberedParameter>& changed() const { return changed_; }

 private:
  SpaceMap(const schedulers::Space& space, std::vector<RememberedParameter> remembered,
           const MemorySpec& spec);
  [[nodiscard]] bool is_dropped(const std::string& there) const;
  [[nodiscard]] std::string task_name(const std::string& there) const;
  [[nodiscard]] std::string memory_name(const std::string& here) const;

  schedulers::Space space_;
  std::vector<RememberedParameter> remembered_;
  MemorySpec spec_;
  std::vector<RememberedParameter> added_;
  std::vector<RememberedParameter> changed_;
};

/// Text that is equal for equal configurations of a memory.
[[nodiscard]] std::string identity_of(const std::vector<RememberedParameter>& parameters,
                                      const schedulers::Config& config);

}  // namespace troupe::actors
