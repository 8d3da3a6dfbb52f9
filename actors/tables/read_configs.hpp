#pragma once

#include <filesystem>
#include <vector>

#include "runtime/core/result.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::actors {

/// space.json: the hyperparameters of a table. What it leaves open, `read_configs` fills in from
/// the values it finds: text without choices is an empty Choice, a number without bounds a range
/// whose ends are the wrong way round.
[[nodiscard]] Result<std::vector<schedulers::Parameter>> read_table_space(
    const std::filesystem::path& file);

/// configs.csv: the values of a configuration for each row, config_id 0, 1, 2, ..., in the order of
/// the space. Columns that are no hyperparameters are left out.
[[nodiscard]] Result<std::vector<schedulers::Value>> read_configs(
    const std::filesystem::path& file, std::vector<schedulers::Parameter>& space);

}  // namespace troupe::actors
