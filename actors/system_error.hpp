#pragma once

#include <string>

#include "runtime/core/result.hpp"

namespace troupe::actors {

/// "cannot make DIR/x: No space left on device". Kind: io if the machine has failed (disk,
/// permission, descriptors); bad_input if something else is at `path` than there should be, such
/// as a file or a link in place of a folder.
[[nodiscard]] Error system_error(const std::string& what, const std::string& path, int error);

}  // namespace troupe::actors
