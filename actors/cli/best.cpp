#include <cstdio>

#include "actors/cli/commands.hpp"

namespace troupe::cli {

int show_best(const ListOptions&) {
  std::fputs("troupe: 'best' is not built yet\n", stderr);
  return exit_failure;
}

}  // namespace troupe::cli
