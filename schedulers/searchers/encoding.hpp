#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "schedulers/space/space.hpp"

namespace troupe::schedulers {

/// Maps configurations of a space to vectors in [0, 1]^d and back, as the reference does
/// (README 15.5). Parameters are in the order of their names; constants have no coordinate. An
/// inactive parameter has the middle of its coordinates.
class Encoding {
 public:
  explicit Encoding(Space space);

  /// Number of coordinates, d.
  [[nodiscard]] std::size_t dimensions() const { return dimensions_; }
  /// Number of parameters that are not constants.
  [[nodiscard]] std::size_t parameters() const { return axes_.size(); }
  /// By coordinate: whether it is a number, not one of several coordinates of a choice.
  [[nodiscard]] std::vector<bool> numeric() const;
  /// By parameter that is not constant: the number of values of a choice without order; 0 for
  /// others.
  [[nodiscard]] std::vector<std::size_t> choices() const;

  [[nodiscard]] std::vector<double> encoded(const Config& config) const;
  /// The configuration whose encoding is nearest. It may be forbidden.
  [[nodiscard]] Config decoded(std::span<const double> vector) const;

  /// One number for each parameter: the number of its value for a choice, else its coordinate; NaN
  /// if it is inactive.
  [[nodiscard]] std::vector<double> compact(const Config& config) const;
  [[nodiscard]] Config from_compact(std::span<const double> vector) const;

 private:
  struct Axis {
    std::size_t parameter = 0;  ///< Place in the space.
    std::size_t first = 0;      ///< Its first coordinate.
    std::size_t width = 1;      ///< Number of its coordinates.
    std::size_t choices = 0;    ///< Number of values of a choice without order; else 0.
  };
  [[nodiscard]] const Domain& domain(const Axis& axis) const {
    return space_.parameters()[axis.parameter].domain;
  }
  [[nodiscard]] Config trimmed(std::vector<Value> values) const;

  Space space_;
  std::vector<Axis> axes_;  ///< By name.
  std::size_t dimensions_ = 0;
};

/// The coordinate of a resource, in [0, 1]: an integer of [1, most].
[[nodiscard]] double encoded_resource(std::int64_t resource, std::int64_t most);

}  // namespace troupe::schedulers
