#pragma once

#include <string>

#include "schedulers/space/config.hpp"

namespace troupe::actors {

/// One JSON object, a member for each hyperparameter, in the order of the space: what a program
/// reads. Numbers as json_number has them.
[[nodiscard]] std::string config_json(const schedulers::Config& config);

}  // namespace troupe::actors
