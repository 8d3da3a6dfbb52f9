#pragma once

#include <string>

namespace troupe::cli {

/// Tells the person who started a head what to run elsewhere.
void say_where_nodes_join(const std::string& address);

}  // namespace troupe::cli
