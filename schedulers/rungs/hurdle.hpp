#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
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
  /// `tolerance`: part of the hurdle by which a loss may be above it. `champions`: number of the
  /// best incumbents in each rung that pass it in any case.
  explicit Hurdle(const std::vector<TrialId>& incumbents, double tolerance = 0,
                  std::size_t champions = 0)
      : incumbents_(incumbents.begin(), incumbents.end()),
        tolerance_(tolerance),
        champions_(champions) {}

  /// Whether a trial with this finite loss passes the rung at `level`. An incumbent always passes,
  /// and its loss becomes the hurdle if it is better than the hurdle or the first one.
  [[nodiscard]] bool clears(TrialId trial, Resource level, double loss) {
    const auto hurdle = losses_.find(level);
    if (!incumbents_.contains(trial))
      return hurdle == losses_.end() ||
             loss <= hurdle->second + tolerance_ * std::abs(hurdle->second);
    if (hurdle == losses_.end() || loss < hurdle->second) raise(trial, level, loss);
    return true;
  }

  /// Whether an incumbent with this finite loss is a champion of the rung at `level`: fewer than
  /// `champions` incumbents were better there so far. To be asked once for each trial and level.
  [[nodiscard]] bool is_champion(TrialId trial, Resource level, double loss) {
    if (champions_ == 0 || !incumbents_.contains(trial)) return false;
    std::vector<double>& better = incumbent_losses_[level];
    better.insert(std::ranges::upper_bound(better, loss), loss);
    return static_cast<std::size_t>(std::ranges::lower_bound(better, loss) - better.begin()) <
           champions_;
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
  double tolerance_;
  std::size_t champions_;
  std::map<Resource, double> losses_;
  std::map<Resource, std::vector<double>> incumbent_losses_;  ///< By level, rising.
  std::vector<HurdleRaised> raised_;
};

}  // namespace troupe::schedulers
