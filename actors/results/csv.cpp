#include "actors/results/csv.hpp"

#include <cstddef>

#include "actors/utf8.hpp"

namespace troupe::actors {
namespace {

/// Valid UTF-8, whatever `cell` holds; without zero bytes, which no reader of CSV takes.
std::string sound(std::string_view cell) {
  std::string text = valid_utf8(cell);
  constexpr std::string_view replacement = "\xef\xbf\xbd";
  for (auto zero = text.find('\0'); zero != text.npos; zero = text.find('\0', zero))
    text.replace(zero, 1, replacement);
  return text;
}

void append_cell(std::string& out, std::string_view content, CsvQuoting quoting) {
  const std::string cell = sound(content);
  const bool padded = quoting == CsvQuoting::padded_too && !cell.empty() &&
                      (cell.front() == ' ' || cell.back() == ' ');
  if (!padded && cell.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += cell;
    return;
  }
  out += '"';
  for (const char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace

std::string csv_line(const std::vector<std::string>& cells, CsvQuoting quoting) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += ',';
    append_cell(line, cells[i], quoting);
  }
  line += '\n';
  return line;
}

std::string csv_widened(std::string_view table, const std::vector<std::string>& names) {
  std::string header;
  for (const auto& name : names) {
    header += ',';
    append_cell(header, name, CsvQuoting::padded_too);
  }
  const std::string empty(names.size(), ',');
  std::string wide;
  bool quoted = false;
  bool first = true;
  for (const char c : table) {
    if (c == '"') quoted = !quoted;
    if (c == '\n' && !quoted) {
      wide += first ? header : empty;
      first = false;
    }
    wide += c;
  }
  return wide;
}

}  // namespace troupe::actors
