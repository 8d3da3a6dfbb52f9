#include "schedulers/soft_ranking.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace troupe::schedulers {

void SoftRanking::enter(double upper_loss, double below) {
  if (!std::isfinite(upper_loss) || !std::isfinite(below)) return;
  const auto at = std::ranges::upper_bound(upper_, upper_loss);
  by_upper_.insert(by_upper_.begin() + (at - upper_.begin()), below);
  upper_.insert(at, upper_loss);
  by_lower_.insert(std::ranges::upper_bound(by_lower_, below), below);
  measured_ = false;
}

void SoftRanking::rank(const Rung& upper, const std::vector<RungEntry>& below) {
  *this = SoftRanking();
  upper.entries().for_each([&](const RungEntry& entry) {
    const double loss = below[entry.trial].loss;
    if (!std::isfinite(entry.loss) || !std::isfinite(loss)) return;
    upper_.push_back(entry.loss);
    by_upper_.push_back(loss);
  });
  by_lower_ = by_upper_;
  std::ranges::sort(by_lower_);
  measured_ = false;
}

bool SoftRanking::agrees(double epsilon) {
  if (by_upper_.size() < 2) epsilon = 0;
  if (!measured_) measure();
  const double rounding =
      4 * std::numeric_limits<double>::epsilon() * (magnitude_ + distance_ + epsilon);
  if (distance_ == 0 || epsilon > distance_ + rounding) return true;
  if (epsilon < distance_ - rounding) return false;
  return all_within(epsilon);
}

void SoftRanking::measure() {
  distance_ = 0;
  magnitude_ = 0;
  for (std::size_t i = 0; i < by_upper_.size(); ++i) {
    distance_ = std::max(distance_, std::abs(by_upper_[i] - by_lower_[i]));
    magnitude_ = std::max(magnitude_, std::abs(by_lower_[i]));
  }
  measured_ = true;
}

// The reference walks outwards from position i while losses stay within epsilon. As they are
// sorted, the walk meets trial i of the upper rung iff its own loss is within epsilon; the sums are
// the reference's, for y + epsilon may round.
bool SoftRanking::all_within(double epsilon) const {
  for (std::size_t i = 0; i < by_upper_.size(); ++i)
    if (by_upper_[i] > by_lower_[i] + epsilon || by_upper_[i] < by_lower_[i] - epsilon)
      return false;
  return true;
}

}  // namespace troupe::schedulers
