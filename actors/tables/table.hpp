#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "actors/tables/table_files.hpp"
#include "schedulers/events.hpp"
#include "schedulers/mode.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::actors {

/// Which rows of a table a simulation uses.
enum class Rows {
  all,      ///< A row without observed values is a run that diverged at once.
  trained,  ///< Rows with at least one observed value.
};

/// Recorded learning curves: for each configuration the metric after each unit of resource, and the
/// time of each unit.
class Table {
 public:
  struct Contents {
    std::string name;    ///< Shown name.
    std::string metric;  ///< "top1".
    schedulers::Mode mode = schedulers::Mode::min;
    std::string resource;  ///< "epoch".
    schedulers::Space space;
    std::vector<schedulers::Value> values;  ///< Row by row, in the order of the space.
    Matrix curves;  ///< Rows x units; column c: after c + 1 units. NaN: not observed, from there to
                    ///< the end.
    Matrix seconds;  ///< Same shape, cumulative, NaN as `curves`; no rows: 1 s for each unit.
  };

  /// The shapes of the contents agree.
  explicit Table(Contents contents);

  [[nodiscard]] const std::string& name() const { return contents_.name; }
  [[nodiscard]] const std::string& metric_name() const { return contents_.metric; }
  [[nodiscard]] const std::string& resource_name() const { return contents_.resource; }
  [[nodiscard]] schedulers::Mode mode() const { return contents_.mode; }
  [[nodiscard]] bool has_time() const { return contents_.seconds.rows > 0; }
  [[nodiscard]] const schedulers::Space& space() const { return contents_.space; }

  [[nodiscard]] std::size_t rows() const { return contents_.curves.rows; }
  [[nodiscard]] schedulers::Resource max_resource() const {
    return static_cast<schedulers::Resource>(contents_.curves.columns);
  }
  [[nodiscard]] schedulers::Config config(std::size_t row) const;
  /// Value of parameter number `parameter` of the space.
  [[nodiscard]] const schedulers::Value& value(std::size_t row, std::size_t parameter) const {
    return contents_.values[row * contents_.space.parameters().size() + parameter];
  }
  /// Number of observed units.
  [[nodiscard]] schedulers::Resource length(std::size_t row) const { return lengths_[row]; }
  [[nodiscard]] bool includes(std::size_t row, Rows rows) const {
    return rows == Rows::all || length(row) > 0;
  }

  /// Metric after `resource` >= 1 units. A shorter run keeps its last value; NaN without observed
  /// values.
  [[nodiscard]] double metric(std::size_t row, schedulers::Resource resource) const;
  /// Seconds of unit number `resource`; 0 after the end of a run. The first unit of a row without
  /// observed values takes the median of the first units of the other rows.
  [[nodiscard]] double unit_seconds(std::size_t row, schedulers::Resource resource) const;

 private:
  Contents contents_;
  std::vector<schedulers::Resource> lengths_;
  double first_unit_seconds_ = 1;  ///< Median over the rows.
};

/// Synthetic curves `a + b r^-c + noise`. Limit, start and speed depend on three hyperparameters,
/// so that curves cross. A unit takes 0.5 to 2 s, depending on the configuration. A function of its
/// arguments.
[[nodiscard]] Table synthetic_table(std::size_t rows, std::size_t columns, std::uint64_t seed);

}  // namespace troupe::actors
