#pragma once

#include <string>

#include "actors/head/head_folder.hpp"
#include "actors/study/protocol.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"
#include "runtime/node.hpp"

namespace troupe::actors {

/// Listens where `listen` says. If that leaves the port open, then at the port of the head that ran
/// this folder before, so that nodes which look for it find this one; or at any, if it is taken.
Result<std::string> listen_again(runtime::Node& node, const std::string& listen,
                                 const HeadFolder& folder);

/// The study at `address`, where a head is or will be soon. Blocks until it is found, at most until
/// then; the error is that of the last try.
Result<StudyRef> find_study(runtime::Node& node, const std::string& address, Instant until);

}  // namespace troupe::actors
