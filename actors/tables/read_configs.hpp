#pragma once

#include <filesystem>
#include <vector>

#include "runtime/core/result.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::actors {

/// Reads space.json, the hyperparameters of a table. A domain that it leaves open is an empty
/// Choice, or a range with its bounds swapped; `read_configs` completes it from the values.
[[nodiscard]] Result<std::vector<schedulers::Parameter>> read_table_space(
    const std::filesystem::path& file);

/// Reads configs.csv: values row by row (config_id 0, 1, 2, ...), in the order of the space. Other
/// columns are ignored.
[[nodiscard]] Result<std::vector<schedulers::Value>> read_configs(
    const std::filesystem::path& file, std::vector<schedulers::Parameter>& space);

}  // namespace troupe::actors
