#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace troupe::actors {

enum class CsvQuoting {
  where_needed,  ///< A cell with a comma, a quote or a line break is quoted (RFC 4180).
  padded_too,    ///< A cell that begins or ends with a space as well: some readers strip those.
};

/// A line of CSV as in RFC 4180, but with "\n" at its end, in valid UTF-8.
[[nodiscard]] std::string csv_line(const std::vector<std::string>& cells,
                                   CsvQuoting quoting = CsvQuoting::padded_too);

/// `table` with new columns on the right: their names in the first line, empty cells in the others.
[[nodiscard]] std::string csv_widened(std::string_view table,
                                      const std::vector<std::string>& names);

}  // namespace troupe::actors
