#include "actors/cli/table.hpp"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "actors/results/csv.hpp"
#include "actors/utf8.hpp"
#include "runtime/core/check.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::cli {
namespace {

struct Plain {
  std::string operator()(std::monostate) const { return ""; }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(double number) const { return schedulers::text_of(number); }
  std::string operator()(const std::string& text) const { return text; }
};

std::string plain(const Cell& cell) {
  return std::visit(Plain{}, cell);
}

bool is_text(const Cell& cell) {
  return std::holds_alternative<std::string>(cell);
}

std::string aligned(const Table& table) {
  std::vector<std::size_t> widths;
  std::vector<bool> left;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    widths.push_back(actors::utf8_columns(table.columns[i]));
    left.push_back(false);
    for (const auto& row : table.rows) {
      widths[i] = std::max(widths[i], actors::utf8_columns(plain(row.at(i))));
      left[i] = left[i] || is_text(row[i]);
    }
  }
  std::string text;
  const auto add = [&](const std::string& cell, std::size_t column) {
    const std::string space(widths[column] - actors::utf8_columns(cell), ' ');
    const bool last = column + 1 == widths.size();
    text += left[column] ? cell + (last ? "" : space) : space + cell;
    text += last ? "\n" : "  ";
  };
  for (std::size_t i = 0; i < widths.size(); ++i) add(table.columns[i], i);
  for (const auto& row : table.rows)
    for (std::size_t i = 0; i < widths.size(); ++i) add(plain(row[i]), i);
  return text;
}

std::string comma_separated(const Table& table) {
  std::string text = actors::csv_line(table.columns, actors::CsvQuoting::where_needed);
  for (const auto& row : table.rows) {
    std::vector<std::string> cells;
    for (std::size_t i = 0; i < table.columns.size(); ++i) cells.push_back(plain(row.at(i)));
    text += actors::csv_line(cells, actors::CsvQuoting::where_needed);
  }
  return text;
}

struct Json {
  nlohmann::ordered_json operator()(std::monostate) const { return nullptr; }
  nlohmann::ordered_json operator()(const auto& value) const { return value; }
};

std::string json(const Table& table) {
  auto rows = nlohmann::ordered_json::array();
  for (const auto& row : table.rows) {
    auto object = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      object[table.columns[i]] = std::visit(Json{}, row.at(i));
    rows.push_back(std::move(object));
  }
  // Invalid UTF-8, such as from the output of a program, is replaced.
  return rows.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace

Cell real_cell(double value) {
  if (!std::isfinite(value)) return schedulers::text_of(value);
  return value;
}

Cell cell_of(const schedulers::Value* value) {
  if (!value) return std::monostate{};
  if (const auto* integer = std::get_if<std::int64_t>(value)) return *integer;
  if (const auto* real = std::get_if<double>(value)) return real_cell(*real);
  return schedulers::text_of(*value);
}

std::string to_text(const Table& table, TableFormat format) {
  for (const auto& row : table.rows)
    check(row.size() == table.columns.size(), "a row of a table has a cell for each column");
  switch (format) {
    case TableFormat::json:
      return json(table);
    case TableFormat::csv:
      return comma_separated(table);
    case TableFormat::table:
      break;
  }
  return aligned(table);
}

}  // namespace troupe::cli
