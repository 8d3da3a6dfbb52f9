#include "schedulers/soft_ranking.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace troupe::schedulers {

// Only trials between the ranks of the new one have another peer than before.
void SoftRanking::enter(double upper_loss, double below) {
  if (!std::isfinite(upper_loss) || !std::isfinite(below)) return;
  const std::size_t upper = by_upper_.insert({upper_loss, below});
  const std::size_t lower = by_lower_.insert(below);
  magnitude_ = std::max(magnitude_, std::abs(below));
  const auto [from, to] = std::minmax(upper, lower);
  distance_ = std::max(distance_, distance_between(from, to + 1));
  if (from != to) exact_ = false;
}

void SoftRanking::rank(const Rung& upper, const std::vector<RungEntry>& below) {
  *this = SoftRanking();
  upper.entries().for_each([&](const RungEntry& entry) {
    const double loss = below[entry.trial].loss;
    if (!std::isfinite(entry.loss) || !std::isfinite(loss)) return;
    by_upper_.insert({entry.loss, loss});
    by_lower_.insert(loss);
    magnitude_ = std::max(magnitude_, std::abs(loss));
  });
  distance_ = distance_between(0, by_lower_.size());
}

bool SoftRanking::agrees(double epsilon) {
  if (by_lower_.size() < 2) epsilon = 0;
  const auto rounding = [&] {
    return 4 * std::numeric_limits<double>::epsilon() * (magnitude_ + distance_ + epsilon);
  };
  if (distance_ == 0 || epsilon > distance_ + rounding()) return true;
  if (!exact_) {
    distance_ = distance_between(0, by_lower_.size());
    exact_ = true;
    if (distance_ == 0 || epsilon > distance_ + rounding()) return true;
  }
  if (epsilon < distance_ - rounding()) return false;
  return all_within(epsilon);
}

std::vector<double> SoftRanking::in_lower() const {
  std::vector<double> losses;
  losses.reserve(by_lower_.size());
  by_lower_.for_each([&](double loss) { losses.push_back(loss); });
  return losses;
}

/// The largest distance of two trials of equal rank, for the ranks from `from` to before `to`.
double SoftRanking::distance_between(std::size_t from, std::size_t to) const {
  double distance = 0;
  auto upper = by_upper_.cursor(from);
  auto lower = by_lower_.cursor(from);
  for (std::size_t rank = from; rank < to; ++rank)
    distance = std::max(distance, std::abs(upper.next().below - lower.next()));
  return distance;
}

// The reference walks outwards from position i while losses stay within epsilon. As they are
// sorted, the walk meets trial i of the upper rung iff its own loss is within epsilon; the sums are
// the reference's, for y + epsilon may round.
bool SoftRanking::all_within(double epsilon) const {
  auto upper = by_upper_.cursor(0);
  auto lower = by_lower_.cursor(0);
  for (std::size_t rank = 0; rank < by_lower_.size(); ++rank) {
    const double own = upper.next().below;
    const double peer = lower.next();
    if (own > peer + epsilon || own < peer - epsilon) return false;
  }
  return true;
}

}  // namespace troupe::schedulers
