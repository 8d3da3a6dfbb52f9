#pragma once

#include <string>

#include "runtime/core/result.hpp"

namespace troupe::actors {

/// Writes a new random word to FOLDER/.token, and returns it. A node that finds the same word in a
/// folder of that name shares it with the head, however the two are mounted.
[[nodiscard]] Result<std::string> write_token(const std::string& folder);

/// Whether `folder` is here the one that the head wrote `token` to. Without a token nobody doubts.
[[nodiscard]] bool shares_folder(const std::string& folder, const std::string& token);

}  // namespace troupe::actors
