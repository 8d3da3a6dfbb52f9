#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "actors/cli/commands.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::cli {

/// Cell of a table: empty, a number, or text.
using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;

struct Table {
  std::vector<std::string> columns;
  std::vector<std::vector<Cell>> rows;  ///< As long as `columns`.
};

/// Cell of a number; text if it is not finite, which JSON numbers cannot be.
[[nodiscard]] Cell real_cell(double value);
/// Cell of the value of a hyperparameter; empty for null.
[[nodiscard]] Cell cell_of(const schedulers::Value* value);

/// Text of a table. table: aligned columns, numbers on the right. json: an array of objects. csv:
/// RFC 4180 with a header and line feeds. Ends with a newline.
[[nodiscard]] std::string to_text(const Table& table, TableFormat format);

}  // namespace troupe::cli
