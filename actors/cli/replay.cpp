#include <cstdio>

#include "actors/cli/commands.hpp"

namespace troupe::cli {

int replay_journal(const ReplayOptions&) {
  std::fputs("troupe: 'replay' is not built yet\n", stderr);
  return exit_failure;
}

}  // namespace troupe::cli
