#pragma once

#include <string_view>

namespace troupe::actors {

/// Whether a node whose key has this role may send a message, by its wire name, to a head.
///
/// `own`, this machine's own key: everything. `node`: offer itself, report on trials, suggest
/// configurations, fetch and offer checkpoints. `control`: follow the study and end it. Neither has
/// the head start anything, or ends actors there. A message that is not listed is refused.
[[nodiscard]] bool permits(std::string_view role, std::string_view message);

}  // namespace troupe::actors
