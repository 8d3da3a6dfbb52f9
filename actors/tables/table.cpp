#include "actors/tables/table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "runtime/core/check.hpp"
#include "runtime/core/rng.hpp"

namespace troupe::actors {

using schedulers::Resource;

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
  std::vector<double> firsts;
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
  return contents_.curves.written(row, static_cast<std::size_t>(known - 1));
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

namespace {

constexpr double noise = 0.012;  ///< Standard deviation of the noise, in units of the loss.

/// Approximately normal number with standard deviation 1: a sum of four uniform ones.
double bell(Rng& rng) {
  constexpr double scale = 1.7320508075688772;  // The variance of the sum is 1/3.
  return scale * (rng.uniform() + rng.uniform() + rng.uniform() + rng.uniform() - 2.0);
}

}  // namespace

Table synthetic_table(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  check(rows > 0 && columns > 0, "a table is not empty");
  std::vector<double> log_resource(columns);
  for (std::size_t c = 0; c < columns; ++c) log_resource[c] = std::log(static_cast<double>(c + 1));
  schedulers::Space space({{"lr", schedulers::LogUniform{1e-4, 1}},
                           {"dropout", schedulers::Uniform{0, 0.9}},
                           {"width", schedulers::LogRandInt{16, 1024}}});
  Matrix curves{rows, columns, std::vector<float>(rows * columns)};
  Matrix seconds{rows, columns, std::vector<float>(rows * columns)};
  std::vector<schedulers::Value> values;
  values.reserve(rows * space.parameters().size());
  for (std::size_t row = 0; row < rows; ++row) {
    Rng rng = Rng::stream(seed, "synthetic curve", row);
    const double lr = rng.uniform();
    const double dropout = rng.uniform();
    const double width = rng.uniform();
    const std::array drawn{lr, dropout, width};
    for (std::size_t i = 0; i < drawn.size(); ++i)
      values.push_back(schedulers::value_at(space.parameters()[i].domain, drawn[i]));
    const double limit = 0.1 + 0.9 * (lr - 0.55) * (lr - 0.55) +
                         0.4 * (dropout - 0.3) * (dropout - 0.3) + 0.1 * (1 - width) +
                         0.02 * bell(rng);
    const double height = 0.4 + 0.5 * dropout + 0.3 * rng.uniform();
    const double speed = 0.25 + 0.9 * lr + 0.2 * rng.uniform();
    const double unit_s = 0.5 + 1.5 * width;
    for (std::size_t c = 0; c < columns; ++c) {
      const double loss = limit + height * std::exp(-speed * log_resource[c]) + noise * bell(rng);
      curves.values[row * columns + c] = static_cast<float>(loss);
      seconds.values[row * columns + c] = static_cast<float>(unit_s * static_cast<double>(c + 1));
    }
  }
  return Table({.name = "synthetic-" + std::to_string(rows) + "x" + std::to_string(columns),
                .metric = "loss",
                .mode = schedulers::Mode::min,
                .resource = "epoch",
                .space = std::move(space),
                .values = std::move(values),
                .curves = std::move(curves),
                .seconds = std::move(seconds)});
}

}  // namespace troupe::actors
