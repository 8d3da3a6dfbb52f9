#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "schedulers/events.hpp"

namespace troupe::schedulers {

/// What one trial reported: the first metric at each resource. Most programs report at equal
/// distances, which takes 8 bytes a report; reports off that grid take a tree node each.
class Curve {
 public:
  [[nodiscard]] std::optional<double> at(Resource resource) const;

  /// Keeps `metric`, unless this resource has one already.
  void add(Resource resource, double metric);

  /// The report with the highest resource; none if there are no reports.
  struct Point {
    Resource resource = 0;
    double metric = 0;
  };
  [[nodiscard]] std::optional<Point> last() const;

  /// Calls `visit(resource, metric)` in the order of resources, up to and including `highest`.
  template <typename Visit>
  void for_each_up_to(Resource highest, Visit visit) const {
    std::size_t i = 0;
    const auto visit_grid_up_to = [&](Resource bound) {
      for (; i < grid_.size() && grid_resource(i) <= bound; ++i) visit(grid_resource(i), grid_[i]);
    };
    if (others_)
      for (auto other = others_->begin(); other != others_->end() && other->first <= highest;
           ++other) {
        visit_grid_up_to(other->first);
        visit(other->first, other->second);
      }
    visit_grid_up_to(highest);
  }

  /// Calls `visit(resource, metric of a, metric of b)` for each resource up to and including
  /// `highest` that both have, in order.
  template <typename Visit>
  static void for_each_common_up_to(Resource highest, const Curve& a, const Curve& b, Visit visit) {
    if (!a.others_ && !b.others_ && a.first_ == b.first_ && a.step_ == b.step_) {
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
  Resource step_ = 0;         ///< 0 until there are two reports.
  std::vector<double> grid_;  ///< At first_, first_ + step_, ...
  std::unique_ptr<std::map<Resource, double>> others_;
};

}  // namespace troupe::schedulers
