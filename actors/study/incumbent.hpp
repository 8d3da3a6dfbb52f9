#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "schedulers/events.hpp"

namespace troupe::actors {

/// Keeps "the best configuration": the best metric at the highest resource at which at least two
/// trials reported (while there is no such resource: at the highest at all). Ties: the earlier
/// report, then the lower trial. Values that are not finite count as reports and are never best.
class Incumbent {
 public:
  struct Best {
    schedulers::TrialId trial = 0;
    schedulers::Resource resource = 0;
    double metric = 0;
    friend bool operator==(const Best&, const Best&) = default;
  };

  explicit Incumbent(bool maximize) : maximize_(maximize) {}

  /// A report that counted: the first of its trial at this resource. True if the best changed.
  bool observe(schedulers::TrialId trial, schedulers::Resource resource, double metric);

  [[nodiscard]] const std::optional<Best>& best() const { return best_; }
  /// The trials that are the best, or may come to be without a better report of their own: each is
  /// the best at a resource no lower. The best of all first.
  [[nodiscard]] std::vector<schedulers::TrialId> contenders() const;

 private:
  struct Level {
    std::uint64_t reports = 0;
    std::optional<Best> best;
  };

  bool maximize_;
  std::map<schedulers::Resource, Level> levels_;
  const Level* highest_ = nullptr;  ///< Of those with a best,
  const Level* shared_ = nullptr;   ///< and of those that two trials reported at besides.
  std::optional<Best> best_;
};

}  // namespace troupe::actors
