#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actors/study_file/memory_spec.hpp"
#include "runtime/core/result.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::actors {

/// A parameter that the tasks of a memory search.
struct RememberedParameter {
  std::string name;
  std::string domain;  ///< As one writes it in a study file.
  /// What the tasks before the first one that had it count as.
  std::optional<schedulers::Value> fallback;
  friend bool operator==(const RememberedParameter&, const RememberedParameter&) = default;
};

/// Turns configurations of a memory into those of one task's space, and back. The constants of a
/// space are no part of a memory: each task has its own.
class SpaceMap {
 public:
  /// The error names the parameter that does not match and what differs.
  static Result<SpaceMap> of(const std::vector<RememberedParameter>& remembered,
                             const schedulers::Space& space, const MemorySpec& spec);

  /// None: the task's space lacks it, for it sets a parameter otherwise that the space does not
  /// have, or that no longer may be so.
  [[nodiscard]] std::optional<schedulers::Config> here(const schedulers::Config& there) const;
  [[nodiscard]] schedulers::Config there(const schedulers::Config& here) const;

  /// The parameters of the space that the memory does not know, with their fallbacks.
  [[nodiscard]] const std::vector<RememberedParameter>& added() const { return added_; }

 private:
  SpaceMap(const schedulers::Space& space, std::vector<RememberedParameter> remembered,
           const MemorySpec& spec);
  [[nodiscard]] std::string name_here(const std::string& there) const;
  [[nodiscard]] std::string name_there(const std::string& here) const;

  schedulers::Space space_;
  std::vector<RememberedParameter> remembered_;
  MemorySpec spec_;
  std::vector<RememberedParameter> added_;
};

/// Two configurations of a memory are the same if this is.
[[nodiscard]] std::string identity_of(const std::vector<RememberedParameter>& parameters,
                                      const schedulers::Config& config);

}  // namespace troupe::actors
