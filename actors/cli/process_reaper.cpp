#include "runtime/process/process_reaper.hpp"

#include "actors/cli/commands.hpp"

namespace troupe::cli {

int warden_main(int fd) {
  return runtime::warden_main(fd);
}

}  // namespace troupe::cli
