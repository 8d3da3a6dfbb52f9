#include <cstdio>

#include "actors/cli/commands.hpp"

namespace troupe::cli {

int list_events(const ListOptions&) {
  std::fputs("troupe: 'events' is not built yet\n", stderr);
  return exit_failure;
}

}  // namespace troupe::cli
