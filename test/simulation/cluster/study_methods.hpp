#pragma once

#include <string>
#include <vector>

namespace troupe::actors::cluster {

/// The names of the simulated studies, after their schedulers.
[[nodiscard]] const std::vector<std::string>& method_names();

/// The study file of a method: a small study without a limit of failures. Empty if there is no such
/// method.
[[nodiscard]] std::string study_text(const std::string& method);

/// Number of trials of each study.
inline constexpr std::uint64_t trials_started = 14;

}  // namespace troupe::actors::cluster
