#include "actors/tables/synthetic.hpp"

#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "runtime/core/check.hpp"
#include "runtime/core/rng.hpp"

namespace troupe::actors {

namespace {

constexpr double noise = 0.012;  ///< Standard deviation, in units of the loss.

/// About normal, with standard deviation 1: four uniforms.
double bell(Rng& rng) {
  constexpr double scale = 1.7320508075688772;  // Four uniforms vary by 1/3.
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
