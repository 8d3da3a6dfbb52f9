#pragma once

#include <string>

#include "runtime/core/result.hpp"

namespace troupe::actors {

/// Writes a new random token to FOLDER/.token, and returns it. A node that finds the same token in
/// a folder of that path shares the folder with the head.
[[nodiscard]] Result<std::string> write_token(const std::string& folder);

/// Whether `folder` holds the `token` that the head wrote. True if `token` is empty.
[[nodiscard]] bool shares_folder(const std::string& folder, const std::string& token);

}  // namespace troupe::actors
