#include <cstdio>

#include "actors/cli/commands.hpp"

namespace troupe::cli {

int preview(const PreviewOptions&) {
  std::fputs("troupe: 'preview' is not built yet\n", stderr);
  return exit_failure;
}

}  // namespace troupe::cli
