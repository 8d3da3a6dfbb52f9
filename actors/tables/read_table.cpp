#include "actors/tables/read_table.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "actors/tables/read_configs.hpp"
#include "actors/tables/table_files.hpp"

namespace troupe::actors {

namespace fs = std::filesystem;
using schedulers::Mode;

namespace {

constexpr std::string_view curve_prefix = "curves_";

std::vector<std::string> curves_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(folder, failed))
    if (entry.path().extension() == ".npy" &&
        entry.path().filename().string().starts_with(curve_prefix))
      names.push_back(entry.path().stem().string());
  std::ranges::sort(names);
  return names;
}

/// File, name and mode of the chosen metric.
Result<std::string> choose_metric(const fs::path& folder, const Element& meta,
                                  const std::string& wanted) {
  const Element* named = member(meta, "metric");
  std::string metric = !wanted.empty() ? wanted : named != nullptr ? named->text : std::string();
  const auto names = curves_in(folder);
  if (std::ranges::find(names, metric) != names.end()) return metric;
  const std::string prefixed = std::string(curve_prefix) + metric;
  if (std::ranges::find(names, prefixed) != names.end()) return prefixed;
  if (names.empty())
    return table_error(folder, "no curves_*.npy", "a learning curve for each configuration",
                       "a table of final values alone cannot be simulated; choose another");
  return table_error(
      wanted.empty() ? folder / "meta.json" : folder,
      "no curve '" + metric + "'" + suggestion(metric, {names.begin(), names.end()}, "curves"),
      "the name of a curves_*.npy",
      wanted.empty() ? "correct \"metric\" there, or give --metric"
                     : "give --metric one of these names");
}

Result<Mode> mode_of(const fs::path& folder, const Element& meta, const std::string& metric,
                     const std::optional<Mode>& wanted) {
  if (wanted) return *wanted;
  const fs::path file = folder / "meta.json";
  const Element* named = member(meta, "metric");
  if (named != nullptr && named->text != metric)
    return table_error(file, "the mode of " + named->text + " only",
                       "to be told whether more of " + metric + " is better",
                       "write `mode: min` or `mode: max` in the study file");
  const Element* mode = member(meta, "mode");
  if (mode == nullptr || (mode->text != "min" && mode->text != "max"))
    return table_error(file, mode == nullptr ? "no \"mode\"" : "the mode " + describe(*mode),
                       "\"min\" or \"max\"", "add it");
  return mode->text == "min" ? Mode::min : Mode::max;
}

Result<void> check_curves(const fs::path& file, const Matrix& curves, std::size_t configs,
                          const Element& meta) {
  if (curves.rows != configs)
    return table_error(file, std::to_string(curves.rows) + " rows",
                       std::to_string(configs) + ", one for each row of configs.csv",
                       "convert the table again: which row is missing cannot be told");
  const Element* most = member(meta, "max_resource");
  if (most != nullptr && most->number() && *most->number() != static_cast<double>(curves.columns))
    return table_error(file, std::to_string(curves.columns) + " columns",
                       most->text + ", the max_resource of meta.json; column 0 is after 1 unit",
                       "drop columns before the first unit and after the last, or correct "
                       "max_resource");
  std::vector<bool> seen(curves.columns, false);
  for (std::size_t row = 0; row < curves.rows; ++row) {
    bool ended = false;
    for (std::size_t column = 0; column < curves.columns; ++column) {
      const bool nan = std::isnan(curves.at(row, column));
      if (!nan && ended)
        return table_error(file,
                           "NaN before a value in row " + std::to_string(row) + " (column " +
                               std::to_string(column - 1) + ")",
                           "NaN only behind the last value of a row, where its run ended",
                           "fill in the value that is missing, or cut the row there");
      ended = nan;
      if (!nan) seen[column] = true;
    }
  }
  const auto empty = std::ranges::find(seen, false);
  if (empty != seen.end())
    return table_error(file,
                       "no value at all in column " + std::to_string(empty - seen.begin()) +
                           " of " + std::to_string(curves.columns),
                       "at least one configuration that got so far",
                       "drop the columns that hold nothing but NaN");
  return {};
}

Result<void> check_seconds(const fs::path& file, const Matrix& seconds, const Matrix& curves) {
  if (seconds.rows != curves.rows || seconds.columns != curves.columns)
    return table_error(
        file, std::to_string(seconds.rows) + " x " + std::to_string(seconds.columns) + " numbers",
        std::to_string(curves.rows) + " x " + std::to_string(curves.columns) + ", as the curve has",
        "convert it again, or remove it: a unit then counts one second");
  for (std::size_t row = 0; row < curves.rows; ++row) {
    double before = 0;
    for (std::size_t column = 0; column < curves.columns; ++column) {
      if (std::isnan(curves.at(row, column))) break;
      const double now = seconds.at(row, column);
      if (std::isfinite(now) && now >= before) {
        before = now;
        continue;
      }
      return table_error(file,
                         std::to_string(now) + " s in row " + std::to_string(row) + ", column " +
                             std::to_string(column) + ", after " + std::to_string(before) + " s",
                         "seconds since the start of the run, which never go back",
                         "add them up (numpy.cumsum), or remove the file");
    }
  }
  return {};
}

}  // namespace

std::string table_name(const fs::path& folder) {
  const fs::path plain = folder.has_filename() ? folder : folder.parent_path();
  return plain.filename().string();
}

Result<Table> read_table(const fs::path& folder, const TableOptions& options) {
  std::error_code failed;
  if (!fs::is_directory(folder, failed))
    return table_error(folder, fs::exists(folder, failed) ? "a file" : "nothing",
                       "the folder of a table: space.json, configs.csv, meta.json, curves_*.npy",
                       "check the path");
  auto meta = read_json_object(folder / "meta.json");
  if (!meta) return meta.error();
  auto space = read_table_space(folder / "space.json");
  if (!space) return space.error();
  const auto metric = choose_metric(folder, *meta, options.metric);
  if (!metric) return metric.error();
  const auto mode = mode_of(folder, *meta, *metric, options.mode);
  if (!mode) return mode.error();
  auto values = read_configs(folder / "configs.csv", *space);
  if (!values) return values.error();
  const fs::path curve_file = folder / (*metric + ".npy");
  auto curves = read_npy(curve_file);
  if (!curves) return curves.error();
  if (auto checked = check_curves(curve_file, *curves, values->size() / space->size(), *meta);
      !checked)
    return checked.error();
  Matrix seconds;
  if (const fs::path file = folder / "time.npy"; fs::exists(file, failed)) {
    auto read = read_npy(file);
    if (!read) return read.error();
    if (auto checked = check_seconds(file, *read, *curves); !checked) return checked.error();
    seconds = std::move(read).value();
  }
  const Element* resource = member(*meta, "resource");
  return Table({.name = options.name.empty() ? table_name(folder) : options.name,
                .metric = metric->substr(curve_prefix.size()),
                .mode = *mode,
                .resource = resource == nullptr ? "step" : resource->text,
                .space = schedulers::Space(std::move(space).value()),
                .values = std::move(values).value(),
                .curves = std::move(curves).value(),
                .seconds = std::move(seconds)});
}

}  // namespace troupe::actors
