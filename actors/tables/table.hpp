#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "actors/tables/npy.hpp"
#include "actors/tables/rows.hpp"
#include "schedulers/events.hpp"
#include "schedulers/mode.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::actors {

/// Learning curves that were recorded once, for studies without programs: for each configuration
/// the metric after each unit of resource, and the time it took.
class Table {
 public:
  struct Contents {
    std::string name;    ///< For people; the folder's.
    std::string metric;  ///< "top1".
    schedulers::Mode mode = schedulers::Mode::min;
    std::string resource;  ///< "epoch".
    schedulers::Space space;
    std::vector<schedulers::Value> values;  ///< Row by row, in the order of the space.
    Matrix curves;   ///< Column c: after c + 1 units. NaN: not observed, to the end of the row.
    Matrix seconds;  ///< Cumulative, NaN where `curves` is; no rows: a second for each unit.
  };

  /// The shapes fit, which whoever made the contents has checked.
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
  /// Of the parameter that is number `parameter` in the space.
  [[nodiscard]] const schedulers::Value& value(std::size_t row, std::size_t parameter) const {
    return contents_.values[row * contents_.space.parameters().size() + parameter];
  }
  /// Units that were observed: the run ended there.
  [[nodiscard]] schedulers::Resource length(std::size_t row) const { return lengths_[row]; }
  [[nodiscard]] bool counts(std::size_t row, Rows rows) const {
    return rows == Rows::all || length(row) > 0;
  }

  /// After `resource` units, at least 1. A run that ended before holds its last value; one of which
  /// nothing was observed (it diverged at once) has NaN.
  [[nodiscard]] double metric(std::size_t row, schedulers::Resource resource) const;
  /// What unit number `resource` took, in seconds. Units after the end of a run take none; one that
  /// diverged at once took what a first unit takes (the median of the others).
  [[nodiscard]] double unit_seconds(std::size_t row, schedulers::Resource resource) const;

 private:
  Contents contents_;
  std::vector<schedulers::Resource> lengths_;
  double first_unit_seconds_ = 1;  ///< The median.
};

}  // namespace troupe::actors
