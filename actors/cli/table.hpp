#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "actors/cli/commands.hpp"

namespace troupe::cli {

/// Nothing, a number, or text.
using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;  ///< As long as `columns`.
};

/// table: aligned, numbers to the right. json: an array of objects. csv: RFC 4180 with a header,
/// line feeds only. Ends with a newline.
[[nodiscard]] std::string to_text(const Table& table, TableFormat format);

}  // namespace troupe::cli
