#include <cstdio>

#include "actors/cli/commands.hpp"

namespace troupe::cli {

int run_node(const NodeOptions&) {
  std::fputs("troupe: 'node' is not built yet\n", stderr);
  return exit_failure;
}

}  // namespace troupe::cli
