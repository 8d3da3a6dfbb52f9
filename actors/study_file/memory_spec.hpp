#pragma once

#include <string>
#include <vector>

#include "schedulers/space/config.hpp"

namespace troupe::actors {

/// A parameter that is called something else in the memory.
struct MemoryRename {
  std::string there;  ///< In the memory.
  std::string here;   ///< In this study file.
  friend bool operator==(const MemoryRename&, const MemoryRename&) = default;
};

/// What a study file says of the memory: which one, and how its configurations become ours.
struct MemorySpec {
  std::string file;  ///< Absolute. Empty: the file names none, only what follows.
  std::vector<MemoryRename> renames;
  schedulers::Config defaults;  ///< What earlier tasks had of parameters that are new here.
  friend bool operator==(const MemorySpec&, const MemorySpec&) = default;
};

}  // namespace troupe::actors
