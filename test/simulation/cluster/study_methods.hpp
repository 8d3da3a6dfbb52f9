#pragma once

#include <string>
#include <vector>

namespace troupe::actors::cluster {

/// The names of the studies that are simulated.
[[nodiscard]] const std::vector<std::string>& method_names();

/// The study file of a method: a small study, with programs that may fail as often as they like.
/// Empty if there is no such method.
[[nodiscard]] std::string study_text(const std::string& method);

/// How many trials every one of them starts.
inline constexpr std::uint64_t trials_started = 14;

}  // namespace troupe::actors::cluster
