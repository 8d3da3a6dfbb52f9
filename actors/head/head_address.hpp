#pragma once

#include <filesystem>
#include <string>

#include "actors/head/head_folder.hpp"
#include "runtime/core/result.hpp"
#include "runtime/node.hpp"

namespace troupe::actors {

/// Listens where `listen` says. If that leaves the port open, then at the port of the head that ran
/// this folder before, so that nodes which look for it find this one; or at any, if it is taken.
Result<std::string> listen_again(runtime::Node& node, const std::string& listen,
                                 const HeadFolder& folder);

/// Where the head of a study's folder listens, or did last.
Result<std::string> address_in(const std::filesystem::path& folder);

}  // namespace troupe::actors
