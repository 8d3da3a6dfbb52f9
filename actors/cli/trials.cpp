#include <cstdio>

#include "actors/cli/commands.hpp"

namespace troupe::cli {

int list_trials(const ListOptions&) {
  std::fputs("troupe: 'trials' is not built yet\n", stderr);
  return exit_failure;
}

}  // namespace troupe::cli
