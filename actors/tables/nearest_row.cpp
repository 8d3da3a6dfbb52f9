#include "actors/tables/nearest_row.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <variant>

#include "actors/study_file/problem.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {

using schedulers::Choice;
using schedulers::Config;
using schedulers::Domain;
using schedulers::Ordinal;
using schedulers::Value;

namespace {

double as_number(const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? 1 : 0;
  return 0;
}

bool is_number(const Value& value) {
  return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value) ||
         std::holds_alternative<bool>(value);
}

bool same(const Value& a, const Value& b) {
  if (is_number(a) && is_number(b)) return as_number(a) == as_number(b);
  return a == b;
}

double scaled(double low, double high, double x) {
  return high > low ? (x - low) / (high - low) : 0;
}

double log_scaled(double low, double high, double x) {
  return scaled(std::log(low), std::log(high), std::log(std::max(x, low * 1e-6)));
}

/// Position of a value among the values of an ordinal, interpolated between numbers.
double ordinal_place(const std::vector<Value>& values, const Value& value) {
  const auto last = static_cast<double>(std::max<std::size_t>(values.size() - 1, 1));
  for (std::size_t i = 0; i < values.size(); ++i)
    if (same(values[i], value)) return static_cast<double>(i) / last;
  if (!is_number(value)) return 0;
  const double x = as_number(value);
  for (std::size_t i = 0; i + 1 < values.size(); ++i) {
    const double low = as_number(values[i]);
    const double high = as_number(values[i + 1]);
    if (x >= low && x <= high) return (static_cast<double>(i) + scaled(low, high, x)) / last;
  }
  return x < as_number(values.front()) ? 0 : 1;
}

}  // namespace

/// Index of a value of a choice; only equality is meaningful.
double NearestRow::place(std::size_t axis, const Value& value) const {
  const Domain& domain = axes_[axis].domain;
  if (const auto* d = std::get_if<schedulers::Uniform>(&domain))
    return scaled(d->low, d->high, as_number(value));
  if (const auto* d = std::get_if<schedulers::LogUniform>(&domain))
    return log_scaled(d->low, d->high, as_number(value));
  if (const auto* d = std::get_if<schedulers::RandInt>(&domain))
    return scaled(static_cast<double>(d->low), static_cast<double>(d->high), as_number(value));
  if (const auto* d = std::get_if<schedulers::LogRandInt>(&domain))
    return log_scaled(static_cast<double>(d->low), static_cast<double>(d->high), as_number(value));
  if (const auto* d = std::get_if<Ordinal>(&domain)) return ordinal_place(d->values, value);
  if (const auto* d = std::get_if<Choice>(&domain)) {
    const auto found =
        std::ranges::find_if(d->values, [&](const Value& v) { return same(v, value); });
    return static_cast<double>(found - d->values.begin());
  }
  return 0;
}

Result<NearestRow> NearestRow::make(const Table& table, const schedulers::Space& space, Rows rows) {
  NearestRow nearest;
  std::vector<std::string_view> known;
  for (const auto& parameter : table.space().parameters()) known.push_back(parameter.name);
  for (const auto& parameter : space.parameters()) {
    const auto* recorded = table.space().find(parameter.name);
    if (recorded != nullptr) {
      const auto column = static_cast<std::size_t>(recorded - table.space().parameters().data());
      nearest.axes_.push_back({parameter.name, recorded->domain, column});
      continue;
    }
    if (std::holds_alternative<schedulers::Constant>(parameter.domain)) continue;
    return Error{ErrorKind::bad_input,
                 "the study tunes '" + parameter.name + "', which the table " + table.name() +
                     " does not have" + suggestion(parameter.name, known, "hyperparameters") +
                     "; rename it, make it a constant, or leave config_space out to draw from the "
                     "table's own rows"};
  }
  if (nearest.axes_.empty())
    return Error{ErrorKind::bad_input,
                 "config_space shares no hyperparameter with the table " + table.name() + " (" +
                     joined(known) + "); leave config_space out to draw from the table's own rows"};
  const std::size_t axes = nearest.axes_.size();
  nearest.points_.reserve(table.rows() * axes);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (!table.includes(row, rows)) continue;
    nearest.rows_.push_back(row);
    for (std::size_t axis = 0; axis < axes; ++axis)
      nearest.points_.push_back(nearest.place(axis, table.value(row, nearest.axes_[axis].column)));
  }
  return nearest;
}

std::size_t NearestRow::find(const Config& config) const {
  const std::size_t axes = axes_.size();
  std::vector<double> point(axes);
  for (std::size_t axis = 0; axis < axes; ++axis)
    if (const Value* value = schedulers::find(config, axes_[axis].name))
      point[axis] = place(axis, *value);
  std::size_t best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    double distance = 0;
    for (std::size_t axis = 0; axis < axes; ++axis) {
      const double apart = points_[i * axes + axis] - point[axis];
      const bool choice = std::holds_alternative<Choice>(axes_[axis].domain);
      distance += choice ? (apart == 0 ? 0.0 : 1.0) : apart * apart;
    }
    if (distance >= least) continue;
    least = distance;
    best = rows_[i];
  }
  return best;
}

}  // namespace troupe::actors
