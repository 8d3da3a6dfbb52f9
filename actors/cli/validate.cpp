#include <cstdio>

#include "actors/cli/commands.hpp"

namespace troupe::cli {

int validate(const ValidateOptions&) {
  std::fputs("troupe: 'validate' is not built yet\n", stderr);
  return exit_failure;
}

}  // namespace troupe::cli
