#include <cstdio>

#include "actors/cli/commands.hpp"

namespace troupe::cli {

int run_study(const RunOptions&) {
  std::fputs("troupe: 'run' is not built yet\n", stderr);
  return exit_failure;
}

}  // namespace troupe::cli
