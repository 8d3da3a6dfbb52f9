#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "schedulers/events.hpp"

namespace troupe::schedulers {

/// The learning curve of one trial: the first metric that it reported at each resource.
///
/// Reports at equal distances (the grid) take 8 bytes each. A report off the grid takes a map node.
class Curve {
 public:
  /// The metric at `resource`; none if the trial has not reported there.
  [[nodiscard]] std::optional<double> at(Resource resource) const;

  /// Stores `metric`, unless this resource has a metric.
  void add(Resource resource, double metric);

  struct Point {
    Resource resource = 0;
    double metric = 0;
  };
  /// The report with the highest resource; none without reports.
  [[nodiscard]] std::optional<Point> last() const;

  /// Calls `visit(resource, metric)` in rising order of resource, up to and including `highest`.
  template <typename Visit>
  void for_each_up_to(Resource highest, Visit visit) const {
    std::size_t i = 0;
    const auto visit_grid_up_to = [&](Resource bound) {
      for (; i < grid_.size() && grid_resource(i) <= bound; ++i) visit(grid_resource(i), grid_[i]);
    };
    if (off_grid_)
      for (auto other = off_grid_->begin(); other != off_grid_->end() && other->first <= highest;
           ++other) {
        visit_grid_up_to(other->first);
        visit(other->first, other->second);
      }
    visit_grid_up_to(highest);
  }

  /// Calls `visit(resource, metric of a, metric of b)` for each resource up to and including
  /// `highest` that both trials reported, in rising order of resource.
  template <typename Visit>
  static void for_each_common_up_to(Resource highest, const Curve& a, const Curve& b, Visit visit) {
    if (!a.off_grid_ && !b.off_grid_ && a.first_ == b.first_ && a.step_ == b.step_) {
      const std::size_t n = std::min(a.grid_.size(), b.grid_.size());
      Resource resource = a.first_;
      for (std::size_t i = 0; i < n && resource <= highest; ++i, resource += a.step_)
        visit(resource, a.grid_[i], b.grid_[i]);
      return;
    }
    a.for_each_up_to(highest, [&](Resource resource, double metric) {
      if (const auto other = b.at(resource)) visit(resource, metric, *other);
    });
  }

 private:
  [[nodiscard]] Resource grid_resource(std::size_t i) const {
    return first_ + static_cast<Resource>(i) * step_;
  }

  Resource first_ = 0;
  Resource step_ = 0;         ///< 0 until the grid has two reports.
  std::vector<double> grid_;  ///< Metrics at first_, first_ + step_, first_ + 2 step_, ...
  std::unique_ptr<std::map<Resource, double>> off_grid_;  ///< Null without such reports.
};

}  // namespace troupe::schedulers
