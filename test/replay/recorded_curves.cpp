#include "test/replay/recorded_curves.hpp"

#include <charconv>
#include <fstream>
#include <string>

namespace troupe::replay {
namespace {

/// Reads a CSV file: a header line, and a row "config,value,value,..." for each configuration in
/// order.
Result<std::vector<std::vector<double>>> read_table(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  if (!in || !std::getline(in, line))
    return Error{ErrorKind::io, file.string() + ": cannot be read"};
  std::vector<std::vector<double>> rows;
  while (std::getline(in, line)) {
    auto& row = rows.emplace_back();
    const char* const end = line.data() + line.size();
    for (std::size_t comma = line.find(','); comma != std::string::npos;
         comma = line.find(',', comma + 1)) {
      double value = 0;
      if (std::from_chars(line.data() + comma + 1, end, value).ec != std::errc())
        return Error{ErrorKind::bad_input, file.string() + ": not a number in: " + line};
      row.push_back(value);
    }
  }
  return rows;
}

}  // namespace

Result<RecordedCurves> read_curves(const std::filesystem::path& folder) {
  auto curves = read_table(folder / "curves.csv");
  if (!curves) return curves.error();
  auto costs = read_table(folder / "cost.csv");
  if (!costs) return costs.error();
  return RecordedCurves{std::move(curves).value(), std::move(costs).value()};
}

}  // namespace troupe::replay
