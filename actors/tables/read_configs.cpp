#include "actors/tables/read_configs.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <deque>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "actors/study_file/read_domain.hpp"
#include "actors/tables/table_files.hpp"
#include "actors/utf8.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {

namespace fs = std::filesystem;
using schedulers::Choice;
using schedulers::Domain;
using schedulers::Ordinal;
using schedulers::Value;

namespace {

constexpr const char* types = "float, int, ordinal, categorical or string";

std::string at(const Element& element) {
  return " at line " + std::to_string(element.at.line);
}

Result<Domain> range(const fs::path& file, const std::string& name, const Element& entry,
                     bool whole) {
  const Element* lower = member(entry, "lower");
  const Element* upper = member(entry, "upper");
  const auto low = lower == nullptr ? std::nullopt : lower->number();
  const auto high = upper == nullptr ? std::nullopt : upper->number();
  const auto refuse = [&](const std::string& found) {
    return table_error(file, found + " of '" + name + "'" + at(entry),
                       "numbers lower <= upper (above 0 where log is true)",
                       "write the range that was searched");
  };
  if (!low && !high) {
    if (whole) return Domain(schedulers::RandInt{1, 0});
    return Domain(schedulers::Uniform{1, 0});
  }
  if (!low || !high) return refuse("'lower' or 'upper' without the other");
  const Element* log = member(entry, "log");
  const bool logarithmic = log != nullptr && log->as<bool>() != nullptr && *log->as<bool>();
  if (*low > *high || (logarithmic && *low <= 0))
    return refuse("the range " + schedulers::text_of(*low) + " to " + schedulers::text_of(*high));
  if (whole) {
    const auto first = static_cast<std::int64_t>(*low);
    const auto last = static_cast<std::int64_t>(*high);
    if (logarithmic) return Domain(schedulers::LogRandInt{first, last});
    return Domain(schedulers::RandInt{first, last});
  }
  if (*low == *high) return Domain(schedulers::Constant{*low});
  if (logarithmic) return Domain(schedulers::LogUniform{*low, *high});
  return Domain(schedulers::Uniform{*low, *high});
}

Result<Domain> choices(const fs::path& file, const std::string& name, const Element& entry,
                       bool ordered) {
  const Element* list = member(entry, "choices");
  std::vector<Value> values;
  if (list != nullptr)
    for (const Element& item : list->items)
      if (auto value = value_of(item)) values.push_back(std::move(*value));
  bool differ = true;
  for (std::size_t i = 0; i < values.size(); ++i)
    differ = differ && std::find(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(i),
                                 values[i]) == values.begin() + static_cast<std::ptrdiff_t>(i);
  if (values.empty() || values.size() != list->items.size() || !differ)
    return table_error(file, "no usable 'choices' of '" + name + "'" + at(entry),
                       "a list of different numbers or texts",
                       "write the values that were searched");
  if (ordered) return Domain(Ordinal{std::move(values)});
  return Domain(Choice{std::move(values)});
}

Result<Domain> domain(const fs::path& file, const std::string& name, const Element& entry) {
  const Element* type = member(entry, "type");
  const auto* text = type == nullptr ? nullptr : type->as<std::string>();
  const std::string found = text == nullptr ? "no 'type'" : "the type '" + *text + "'";
  if (text != nullptr && (*text == "float" || *text == "int"))
    return range(file, name, entry, *text == "int");
  if (text != nullptr && (*text == "ordinal" || *text == "categorical"))
    return choices(file, name, entry, *text == "ordinal");
  if (text != nullptr && *text == "string") return Domain(Choice{});
  return table_error(file, found + " of '" + name + "'" + at(entry), types,
                     "write one of these types");
}

/// Reads the cells of one CSV record and removes it from `text`. None: a quote is never closed.
std::optional<std::vector<std::string_view>> next_record(std::string_view& text,
                                                         std::deque<std::string>& unquoted) {
  std::vector<std::string_view> cells;
  for (;;) {
    std::size_t end = 0;
    if (text.starts_with('"')) {
      std::string cell;
      std::size_t from = 1;
      for (;;) {
        const std::size_t quote = text.find('"', from);
        if (quote == text.npos) return std::nullopt;
        cell += text.substr(from, quote - from);
        from = quote + 1;
        if (from >= text.size() || text[from] != '"') break;
        cell += '"';
        ++from;
      }
      end = from;
      unquoted.push_back(std::move(cell));
      cells.push_back(unquoted.back());
    } else {
      end = std::min(text.find_first_of(",\n"), text.size());
      std::string_view cell = text.substr(0, end);
      if (cell.ends_with('\r')) cell.remove_suffix(1);
      cells.push_back(cell);
    }
    if (end < text.size() && text[end] == '\r') ++end;
    const bool more = end < text.size() && text[end] == ',';
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!more) return cells;
  }
}

std::optional<double> number_in(std::string_view cell) {
  double number = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
  if (error != std::errc() || end != cell.data() + cell.size()) return std::nullopt;
  return number;
}

std::optional<Value> choice_in(const std::vector<Value>& values, std::string_view cell) {
  const auto number = number_in(cell);
  for (const Value& value : values) {
    if (const auto* text = std::get_if<std::string>(&value); text != nullptr && *text == cell)
      return value;
    const auto* whole = std::get_if<std::int64_t>(&value);
    const auto* real = std::get_if<double>(&value);
    if (number && whole != nullptr && static_cast<double>(*whole) == *number) return value;
    if (number && real != nullptr && *real == *number) return value;
    if (const auto* truth = std::get_if<bool>(&value);
        truth != nullptr &&
        (cell == (*truth ? "true" : "false") || cell == (*truth ? "True" : "False")))
      return value;
  }
  return std::nullopt;
}

/// Value of a cell, with the type of its domain.
std::optional<Value> value_in(const Domain& domain, std::string_view cell) {
  if (const auto* list = std::get_if<Ordinal>(&domain)) return choice_in(list->values, cell);
  if (const auto* list = std::get_if<Choice>(&domain)) {
    if (list->values.empty()) return Value(std::string(cell));
    return choice_in(list->values, cell);
  }
  const auto number = number_in(cell);
  if (!number || !std::isfinite(*number)) return std::nullopt;
  const bool whole = std::holds_alternative<schedulers::RandInt>(domain) ||
                     std::holds_alternative<schedulers::LogRandInt>(domain);
  if (!whole) return Value(*number);
  if (*number != std::floor(*number)) return std::nullopt;
  return Value(static_cast<std::int64_t>(*number));
}

struct Columns {
  std::size_t count = 0;
  std::size_t id = 0;
  std::vector<std::size_t> of;  ///< Column of each parameter of the space.
};

Result<Columns> read_head(const fs::path& file, const std::vector<std::string_view>& names,
                          const std::vector<schedulers::Parameter>& space) {
  Columns columns{names.size(), 0, {}};
  const auto place = [&](std::string_view name) -> std::optional<std::size_t> {
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) return std::nullopt;
    return static_cast<std::size_t>(found - names.begin());
  };
  const auto missing = [&](const std::string& name) {
    return table_error(file, "no column '" + name + "'" + suggestion(name, names, "columns"),
                       "config_id and a column for each hyperparameter of space.json",
                       "add the column, or take it out of space.json");
  };
  const auto id = place("config_id");
  if (!id) return missing("config_id");
  columns.id = *id;
  for (const auto& parameter : space) {
    const auto column = place(parameter.name);
    if (!column) return missing(parameter.name);
    columns.of.push_back(*column);
  }
  return columns;
}

/// Completes open domains: bounds and choices are those of the values found.
void fill_in(std::vector<schedulers::Parameter>& space, const std::vector<Value>& values) {
  const std::size_t width = space.size();
  for (std::size_t i = 0; i < width; ++i) {
    auto* choice = std::get_if<Choice>(&space[i].domain);
    auto* whole = std::get_if<schedulers::RandInt>(&space[i].domain);
    auto* real = std::get_if<schedulers::Uniform>(&space[i].domain);
    if (choice != nullptr && choice->values.empty()) {
      for (std::size_t at = i; at < values.size(); at += width)
        if (std::ranges::find(choice->values, values[at]) == choice->values.end())
          choice->values.push_back(values[at]);
    } else if (whole != nullptr && whole->low > whole->high) {
      whole->low = whole->high = std::get<std::int64_t>(values[i]);
      for (std::size_t at = i; at < values.size(); at += width) {
        whole->low = std::min(whole->low, std::get<std::int64_t>(values[at]));
        whole->high = std::max(whole->high, std::get<std::int64_t>(values[at]));
      }
    } else if (real != nullptr && real->low > real->high) {
      double low = std::get<double>(values[i]);
      double high = low;
      for (std::size_t at = i; at < values.size(); at += width) {
        low = std::min(low, std::get<double>(values[at]));
        high = std::max(high, std::get<double>(values[at]));
      }
      if (low < high)
        *real = {low, high};
      else
        space[i].domain = schedulers::Constant{low};
    }
  }
}

}  // namespace

Result<std::vector<schedulers::Parameter>> read_table_space(const fs::path& file) {
  const auto root = read_json_object(file);
  if (!root) return root.error();
  const Element* list = member(*root, "hyperparameters");
  if (list == nullptr || list->items.empty())
    return table_error(file, "no list 'hyperparameters'",
                       R"({"hyperparameters": [{"name": "lr", "type": "float", ...}]})",
                       "list the columns of configs.csv that were searched");
  std::vector<schedulers::Parameter> parameters;
  for (const Element& entry : list->items) {
    const Element* name = member(entry, "name");
    if (name == nullptr || name->text.empty())
      return table_error(file, "a hyperparameter without 'name'" + at(entry), "a name each",
                         "name the column of configs.csv");
    auto one = domain(file, name->text, entry);
    if (!one) return one.error();
    parameters.push_back({name->text, std::move(one).value()});
  }
  return parameters;
}

Result<std::vector<Value>> read_configs(const fs::path& file,
                                        std::vector<schedulers::Parameter>& space) {
  std::ifstream in(file, std::ios::binary);
  if (!in.is_open())
    return table_error(file, "no such file", "it in the folder of every table",
                       "name the table's own folder, or convert the table again");
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  std::string_view rest = without_byte_order_mark(text);
  std::deque<std::string> unquoted;  // Cells are views of these.
  const auto head = next_record(rest, unquoted);
  if (!head) return table_error(file, "a quote without an end", "CSV", "convert the table again");
  const auto columns = read_head(file, *head, space);
  if (!columns) return columns.error();
  std::vector<Value> values;
  values.reserve(static_cast<std::size_t>(std::ranges::count(rest, '\n') + 1) * space.size());
  std::size_t rows = 0;
  for (; !rest.empty(); ++rows) {
    unquoted.clear();
    const auto cells = next_record(rest, unquoted);
    const std::string row = "row " + std::to_string(rows);
    if (!cells || cells->size() != columns->count)
      return table_error(file,
                         cells ? row + " of " + std::to_string(cells->size()) + " cells"
                               : row + " with a quote without an end",
                         std::to_string(columns->count) + ", as in the first line",
                         "correct or convert it again");
    if (cells->at(columns->id) != std::to_string(rows))
      return table_error(file, "config_id " + std::string(cells->at(columns->id)) + " in " + row,
                         "the row's number, counted from 0",
                         "sort the rows; a row of curves_*.npy belongs to each");
    for (std::size_t i = 0; i < columns->of.size(); ++i) {
      const auto& parameter = space[i];
      auto value = value_in(parameter.domain, cells->at(columns->of[i]));
      if (!value)
        return table_error(
            file, parameter.name + " '" + std::string(cells->at(columns->of[i])) + "' in " + row,
            to_text(parameter.domain) + ", as space.json says", "correct the cell or space.json");
      values.push_back(std::move(*value));
    }
  }
  if (rows == 0)
    return table_error(file, "no configuration", "a line for each below the first",
                       "convert the table again");
  fill_in(space, values);
  return values;
}

}  // namespace troupe::actors
