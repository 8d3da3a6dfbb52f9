#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "actors/tables/table.hpp"
#include "runtime/core/result.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::actors {

/// Which recorded row stands for a configuration that was not recorded: the nearest, as the PASHA
/// paper does it for PD1.
///
/// Distance: Euclidean over the hyperparameters that the study and the table share, each scaled to
/// [0, 1] on its own scale (logarithmic where the table says so; an ordinal by its position);
/// values of a choice are 1 apart. Ties: the lower row.
class NearestRow {
 public:
  /// Refused where `space`, the study's, has a parameter that is neither constant nor known to the
  /// table, or none that is known.
  [[nodiscard]] static Result<NearestRow> make(const Table& table, const schedulers::Space& space,
                                               Rows rows = Rows::all);

  [[nodiscard]] std::size_t find(const schedulers::Config& config) const;

 private:
  NearestRow() = default;
  [[nodiscard]] double place(std::size_t axis, const schedulers::Value& value) const;

  struct Axis {
    std::string name;
    schedulers::Domain domain;
    std::size_t column = 0;  ///< Of the table's space.
  };
  std::vector<std::size_t> rows_;  ///< Of the table: those that count.
  std::vector<Axis> axes_;
  std::vector<double> points_;  ///< rows_.size() x axes.
};

}  // namespace troupe::actors
