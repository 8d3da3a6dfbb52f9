#pragma once

#include <filesystem>
#include <vector>

#include "runtime/core/result.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::actors {

/// space.json: the hyperparameters of a table. Text without choices becomes an empty Choice, which
/// `read_configs` fills with the values it finds.
[[nodiscard]] Result<schedulers::Space> read_table_space(const std::filesystem::path& file);

/// configs.csv: a configuration for each row, config_id 0, 1, 2, ... Columns that are no
/// hyperparameters are left out.
[[nodiscard]] Result<std::vector<schedulers::Config>> read_configs(
    const std::filesystem::path& file, schedulers::Space& space);

}  // namespace troupe::actors
