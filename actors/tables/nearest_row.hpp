#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "actors/tables/table.hpp"
#include "runtime/core/result.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::actors {

/// Finds the table row nearest to a configuration, as the PASHA paper does for PD1.
///
/// Distance: Euclidean over the hyperparameters that the study and the table share, each scaled to
/// [0, 1] on its own scale (logarithmic where the table says so; an ordinal by its position);
/// values of a choice are 1 apart. Ties: the lower row.
class NearestRow {
 public:
  /// `space`: of the study. Refused if the table lacks one of its searched parameters, or has none.
  [[nodiscard]] static Result<NearestRow> make(const Table& table, const schedulers::Space& space,
                                               Rows rows = Rows::all);

  [[nodiscard]] std::size_t find(const schedulers::Config& config) const;

 private:
  NearestRow() = default;
  [[nodiscard]] double place(std::size_t axis, const schedulers::Value& value) const;

  struct Axis {
    std::string name;
    schedulers::Domain domain;
    std::size_t column = 0;  ///< Index in the table's space.
  };
  std::vector<std::size_t> rows_;  ///< Included rows of the table.
  std::vector<Axis> axes_;
  std::vector<double> points_;  ///< rows_.size() x axes.
};

}  // namespace troupe::actors
