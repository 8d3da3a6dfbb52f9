#pragma once

#include <filesystem>
#include <string>

#include "runtime/core/result.hpp"

namespace troupe::actors {

/// "FILE: found X; expected Y. Z." for a person who prepares a table.
[[nodiscard]] inline Error table_error(const std::filesystem::path& file, const std::string& found,
                                       const std::string& expected, const std::string& advice) {
  return {ErrorKind::bad_input, file.string() + ": found " + found + "; expected " + expected +
                                    ". What to do: " + advice};
}

}  // namespace troupe::actors
