#include "schedulers/rungs/curve.hpp"

namespace troupe::schedulers {

std::optional<double> Curve::at(Resource resource) const {
  if (!grid_.empty() && resource == first_) return grid_.front();
  if (step_ > 0 && resource > first_ && (resource - first_) % step_ == 0) {
    const auto i = static_cast<std::size_t>((resource - first_) / step_);
    if (i < grid_.size()) return grid_[i];
  }
  if (!off_grid_) return std::nullopt;
  const auto other = off_grid_->find(resource);
  if (other == off_grid_->end()) return std::nullopt;
  return other->second;
}

void Curve::add(Resource resource, double metric) {
  if (at(resource)) return;
  if (grid_.empty()) {
    first_ = resource;
  } else {
    if (grid_.size() == 1 && resource > first_) step_ = resource - first_;
    if (step_ == 0 || resource != grid_resource(grid_.size())) {
      if (!off_grid_) off_grid_ = std::make_unique<std::map<Resource, double>>();
      off_grid_->emplace(resource, metric);
      return;
    }
  }
  grid_.push_back(metric);
}

std::optional<Curve::Point> Curve::last() const {
  if (grid_.empty()) return std::nullopt;
  const Point on_grid{grid_resource(grid_.size() - 1), grid_.back()};
  if (!off_grid_ || off_grid_->rbegin()->first < on_grid.resource) return on_grid;
  return Point{off_grid_->rbegin()->first, off_grid_->rbegin()->second};
}

}  // namespace troupe::schedulers
