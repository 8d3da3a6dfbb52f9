#include "actors/cli/joining.hpp"

#include <cstdio>

#include <unistd.h>

#include "runtime/keys/needed_keys.hpp"

namespace troupe::cli {

void say_where_nodes_join(const std::string& address) {
  char host[256] = {};
  gethostname(host, sizeof host - 1);
  std::fprintf(stderr,
               "troupe: nodes that are let in join with: troupe node --join %s --name NAME\n",
               runtime::seen_from_elsewhere(address, host).c_str());
}

}  // namespace troupe::cli
