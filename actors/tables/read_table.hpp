#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "actors/tables/table.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

struct TableOptions {
  std::string metric{};  ///< "curves_top5" or "top5"; empty: the one that meta.json names.
  /// Whether more or less of it is better; none: as meta.json says, which it does for its own
  /// metric only.
  std::optional<schedulers::Mode> mode{};
  std::string name{};  ///< For people; empty: the folder's.
};

/// What a table is called: as its folder.
[[nodiscard]] std::string table_name(const std::filesystem::path& folder);

/// A folder with space.json, configs.csv, meta.json, curves_*.npy and, if there is one, time.npy.
/// Reads the one curve that is asked for. Nothing is repaired: an error names the file, what was
/// found there, what was expected, and what to do.
[[nodiscard]] Result<Table> read_table(const std::filesystem::path& folder,
                                       const TableOptions& options = {});

}  // namespace troupe::actors
