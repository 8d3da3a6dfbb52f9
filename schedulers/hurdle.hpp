#pragma once

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "schedulers/events.hpp"

namespace troupe::schedulers {

/// RUSH (Zappella et al. 2021) in its asynchronous form (ALGORITHMS.md B8): the best configurations
/// of earlier tasks run first, and at each rung every other trial must be at least as good as the
/// best of them. Without incumbents every trial passes.
class Hurdle {
 public:
  explicit Hurdle(const std::vector<TrialId>& incumbents);

  /// Whether a trial with this finite loss may go on from `level`. An incumbent always may; its
  /// loss becomes the hurdle if it is better.
  [[nodiscard]] bool clears(TrialId trial, Resource level, double loss);

  /// The hurdles that were set or raised since the last call, in order; metrics are losses.
  [[nodiscard]] std::vector<HurdleRaised> take_raised() { return std::exchange(raised_, {}); }

  /// The loss to beat, by level.
  [[nodiscard]] const std::map<Resource, double>& losses() const { return losses_; }

 private:
  std::set<TrialId> incumbents_;
  std::map<Resource, double> losses_;
  std::vector<HurdleRaised> raised_;
};

}  // namespace troupe::schedulers
