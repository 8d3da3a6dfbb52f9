#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace troupe::actors {

/// A line of CSV as RFC 4180 has it (a cell with a comma, a quote or a line break is quoted), but
/// with "\n" at its end.
[[nodiscard]] std::string csv_line(const std::vector<std::string>& cells);

/// The same table with empty columns on the right; its first line gets their names.
[[nodiscard]] std::string csv_widened(std::string_view table,
                                      const std::vector<std::string>& names);

}  // namespace troupe::actors
