#include "actors/system_error.hpp"

#include <cerrno>
#include <system_error>

namespace troupe::actors {

Error system_error(const std::string& what, const std::string& path, int error) {
  const bool something_else = error == ENOTDIR || error == EISDIR || error == EEXIST ||
                              error == ELOOP || error == ENOTEMPTY;
  return {something_else ? ErrorKind::bad_input : ErrorKind::io,
          "cannot " + what + " " + path + ": " + std::generic_category().message(error)};
}

}  // namespace troupe::actors
