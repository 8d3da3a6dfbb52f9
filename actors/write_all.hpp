#pragma once

#include <string_view>

namespace troupe::actors {

/// Writes all bytes to a file descriptor; begins again where a signal interrupted it. False with
/// errno after an error.
[[nodiscard]] bool write_all(int fd, std::string_view bytes);

}  // namespace troupe::actors
