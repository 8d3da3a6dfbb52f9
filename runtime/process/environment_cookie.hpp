#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "runtime/process/processes.hpp"

// The environment cookie: a variable that a reaper adds to the environment of each program, so that
// a descendant can be attributed to its program after its parents are gone. Its form is
// TROUPE_WARD="REAPER:PROCESS", where REAPER names the reaper. A program that runs a reaper of its
// own appends a second cookie after a space.

namespace troupe::runtime {

/// `env` with the cookie of `process` added.
std::vector<std::string> with_cookie(std::vector<std::string> env, std::string_view reaper,
                                     ProcessId process);

/// The process of `reaper` that the cookie of `pid` names; none if `pid` has no such cookie or its
/// environment cannot be read.
std::optional<ProcessId> process_of_cookie(pid_t pid, std::string_view reaper);

/// Stops and kills every process with a cookie of `reaper`, and returns their number. Processes may
/// fork meanwhile, so call it until it returns 0.
std::size_t kill_cookie_bearers(std::string_view reaper);

}  // namespace troupe::runtime
