#include <cstdio>

#include "actors/cli/commands.hpp"

namespace troupe::cli {

int show_logs(const LogsOptions&) {
  std::fputs("troupe: 'logs' is not built yet\n", stderr);
  return exit_failure;
}

}  // namespace troupe::cli
