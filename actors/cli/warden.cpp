#include <cstdio>

#include "actors/cli/commands.hpp"

namespace troupe::cli {

int warden_main(int) {
  std::fputs("troupe: 'warden' is not built yet\n", stderr);
  return exit_failure;
}

}  // namespace troupe::cli
