#pragma once

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "runtime/core/check.hpp"
#include "schedulers/events.hpp"

namespace troupe::schedulers {

/// The hurdles of asynchronous RUSH (Zappella et al. 2021; README 6.1): for each rung the loss of
/// the best incumbent that was tested there. Without incumbents every trial passes.
class Hurdle {
 public:
  /// `incumbents`: the trials that set the hurdles.
  explicit Hurdle(const std::vector<TrialId>& incumbents)
      : incumbents_(incumbents.begin(), incumbents.end()) {}

  /// Whether a trial with this finite loss passes the rung at `level`. An incumbent always passes,
  /// and its loss becomes the hurdle if it is better than the hurdle or the first one.
  [[nodiscard]] bool clears(TrialId trial, Resource level, double loss) {
    const auto hurdle = losses_.find(level);
    if (!incumbents_.contains(trial)) return hurdle == losses_.end() || loss <= hurdle->second;
    if (hurdle == losses_.end() || loss < hurdle->second) raise(trial, level, loss);
    return true;
  }

  /// Returns the hurdles that were set or raised since the last call, in order. Their `metric` is a
  /// loss.
  [[nodiscard]] std::vector<HurdleRaised> take_raised() { return std::exchange(raised_, {}); }

  /// The highest loss that passes, by level.
  [[nodiscard]] const std::map<Resource, double>& losses() const { return losses_; }

 private:
  void raise(TrialId incumbent, Resource level, double loss) {
    const auto [hurdle, first] = losses_.try_emplace(level, loss);
    check(loss <= hurdle->second, "a hurdle becomes stricter, never weaker");
    hurdle->second = loss;
    raised_.push_back({incumbent, level, loss});
  }

  std::set<TrialId> incumbents_;
  std::map<Resource, double> losses_;
  std::vector<HurdleRaised> raised_;
};

}  // namespace troupe::schedulers
