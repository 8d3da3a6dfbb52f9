#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "runtime/process/processes.hpp"

namespace troupe::runtime {

// Every program gets a mark in its environment, which its descendants inherit and keep when their
// parents are gone: TROUPE_WARD="MARKER:PROCESS", where the marker names the reaper. A program that
// is itself a tuner and marks its own appends to what it finds.

/// `env` with the mark in it.
std::vector<std::string> marked(std::vector<std::string> env, std::string_view marker,
                                ProcessId process);

/// Which process of the reaper `marker` the process `pid` descends from, if it says so.
std::optional<ProcessId> mark_of(pid_t pid, std::string_view marker);

/// Stops and kills everybody who bears a mark of `marker`. Returns how many there were; to be
/// called again until there are none.
std::size_t kill_marked(std::string_view marker);

}  // namespace troupe::runtime
