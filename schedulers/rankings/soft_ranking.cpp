#include "schedulers/rankings/soft_ranking.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {

// A new trial shifts only the positions between its own two, so only their distances change.
void SoftRanking::enter(double upper_loss, double lower_loss) {
  if (!std::isfinite(upper_loss) || !std::isfinite(lower_loss)) return;
  const std::size_t upper = by_upper_.insert({upper_loss, lower_loss});
  const std::size_t lower = by_lower_.insert(lower_loss);
  check(by_upper_.size() == by_lower_.size(), "both orders have the same trials");
  magnitude_ = std::max(magnitude_, std::abs(lower_loss));
  const auto [from, to] = std::minmax(upper, lower);
  distance_ = std::max(distance_, largest_distance(from, to + 1));
  if (from != to) exact_ = false;
}

void SoftRanking::rank(const Rung& upper, const std::vector<RungEntry>& lower) {
  *this = SoftRanking();
  upper.entries().for_each([&](const RungEntry& entry) {
    const double lower_loss = lower.at(entry.trial).loss;
    if (!std::isfinite(entry.loss) || !std::isfinite(lower_loss)) return;
    by_upper_.insert({entry.loss, lower_loss});
    by_lower_.insert(lower_loss);
    magnitude_ = std::max(magnitude_, std::abs(lower_loss));
  });
  distance_ = largest_distance(0, by_lower_.size());
}

// all_within() decides. It is skipped where epsilon and the largest distance differ by more than
// the sums in all_within() can be off by rounding.
bool SoftRanking::agrees(double epsilon) {
  check(!(epsilon < 0), "epsilon is a distance");
  if (by_lower_.size() < 2) epsilon = 0;
  const auto rounding = [&] {
    return 4 * std::numeric_limits<double>::epsilon() * (magnitude_ + distance_ + epsilon);
  };
  if (distance_ == 0 || epsilon > distance_ + rounding()) return true;
  if (!exact_) {
    distance_ = largest_distance(0, by_lower_.size());
    exact_ = true;
    if (distance_ == 0 || epsilon > distance_ + rounding()) return true;
  }
  if (epsilon < distance_ - rounding()) return false;
  return all_within(epsilon);
}

std::vector<double> SoftRanking::lower_losses() const {
  std::vector<double> losses;
  losses.reserve(by_lower_.size());
  by_lower_.for_each([&](double loss) { losses.push_back(loss); });
  return losses;
}

/// The largest |f(A_i) - f(B_i)| of README 4.2 over the positions `from` <= i < `to`.
double SoftRanking::largest_distance(std::size_t from, std::size_t to) const {
  double distance = 0;
  auto upper = by_upper_.cursor(from);
  auto lower = by_lower_.cursor(from);
  for (std::size_t i = from; i < to; ++i)
    distance = std::max(distance, std::abs(upper.next().lower_loss - lower.next()));
  return distance;
}

// The reference's sums decide, because f(B_i) + epsilon may round.
bool SoftRanking::all_within(double epsilon) const {
  auto upper = by_upper_.cursor(0);
  auto lower = by_lower_.cursor(0);
  for (std::size_t i = 0; i < by_lower_.size(); ++i) {
    const double a = upper.next().lower_loss;
    const double b = lower.next();
    if (a > b + epsilon || a < b - epsilon) return false;
  }
  return true;
}

void SoftRanking::check_invariants() const {
  by_upper_.check_invariants();
  by_lower_.check_invariants();
  check(by_upper_.size() == by_lower_.size(), "both orders have the same trials");
  const double distance = largest_distance(0, by_lower_.size());
  check(distance <= distance_, "no distance exceeds the kept bound");
  check(!exact_ || distance == distance_, "an exact bound is the largest distance");
}

}  // namespace troupe::schedulers
