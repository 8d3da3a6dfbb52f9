#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "actors/tables/table.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

struct TableOptions {
  std::string metric{};  ///< "curves_top5" or "top5"; empty: the metric of meta.json.
  /// None: the mode of meta.json, which has one for its own metric only.
  std::optional<schedulers::Mode> mode{};
  std::string name{};  ///< Shown name; empty: the name of the folder.
};

/// Name of a table: the name of its folder.
[[nodiscard]] std::string table_name(const std::filesystem::path& folder);

/// Reads a folder with space.json, configs.csv, meta.json, curves_*.npy and perhaps time.npy, for
/// one metric. An error names the file, the finding, the expectation and a remedy.
[[nodiscard]] Result<Table> read_table(const std::filesystem::path& folder,
                                       const TableOptions& options = {});

}  // namespace troupe::actors
