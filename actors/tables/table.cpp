#include "actors/tables/table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>
#include <utility>

#include "runtime/core/check.hpp"

namespace troupe::actors {

using schedulers::Resource;

namespace {

/// The double that reads like the float: 0.1, not 0.10000000149. People wrote these numbers.
double as_written(float number) {
  if (!std::isfinite(number)) return number;
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), number);
  double written = number;
  if (error == std::errc()) std::from_chars(text.data(), end, written);
  return written;
}

}  // namespace

Table::Table(Contents contents) : contents_(std::move(contents)) {
  const Matrix& curves = contents_.curves;
  check(contents_.values.size() == curves.rows * contents_.space.parameters().size(),
        "each row of a table has a configuration");
  lengths_.reserve(curves.rows);
  for (std::size_t row = 0; row < curves.rows; ++row) {
    std::size_t length = curves.columns;
    while (length > 0 && std::isnan(curves.at(row, length - 1))) --length;
    lengths_.push_back(static_cast<Resource>(length));
  }
  if (!has_time()) return;
  std::vector<float> firsts;
  for (std::size_t row = 0; row < curves.rows; ++row)
    if (lengths_[row] > 0) firsts.push_back(contents_.seconds.at(row, 0));
  if (firsts.empty()) return;
  const auto middle = firsts.begin() + static_cast<std::ptrdiff_t>(firsts.size() / 2);
  std::nth_element(firsts.begin(), middle, firsts.end());
  first_unit_seconds_ = *middle;
}

schedulers::Config Table::config(std::size_t row) const {
  schedulers::Config config;
  const auto& parameters = contents_.space.parameters();
  config.reserve(parameters.size());
  for (std::size_t i = 0; i < parameters.size(); ++i)
    config.push_back({parameters[i].name, value(row, i)});
  return config;
}

double Table::metric(std::size_t row, Resource resource) const {
  check(resource >= 1 && resource <= max_resource(), "a table is asked for a unit that it has");
  const Resource known = std::min(resource, lengths_[row]);
  if (known == 0) return std::numeric_limits<double>::quiet_NaN();
  return as_written(contents_.curves.at(row, static_cast<std::size_t>(known - 1)));
}

double Table::unit_seconds(std::size_t row, Resource resource) const {
  const Resource length = lengths_[row];
  if (length == 0) return resource == 1 ? first_unit_seconds_ : 0;
  if (resource > length) return 0;
  if (!has_time()) return 1;
  const auto column = static_cast<std::size_t>(resource - 1);
  const double until = contents_.seconds.at(row, column);
  const double from = column == 0 ? 0.0 : contents_.seconds.at(row, column - 1);
  return until - from;
}

}  // namespace troupe::actors
