#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "schedulers/events.hpp"

namespace troupe::actors {

/// The best configuration so far: the best metric at the highest resource at which at least two
/// trials reported or, while there is no such resource, at the highest resource. Ties: the earlier
/// report, then the lower trial. A metric that is not finite counts as a report and is never best.
class Incumbent {
 public:
  struct Best {
    schedulers::TrialId trial = 0;
    schedulers::Resource resource = 0;
    double metric = 0;
    friend bool operator==(const Best&, const Best&) = default;
  };

  explicit Incumbent(bool maximize) : maximize_(maximize) {}

  /// Adds the first report of `trial` at `resource`. True if the best changed.
  bool observe(schedulers::TrialId trial, schedulers::Resource resource, double metric);

  [[nodiscard]] const std::optional<Best>& best() const { return best_; }
  /// The trials that are the best, or may become it without another report of their own: those that
  /// are best at a resource not lower than the best's. The best comes first.
  [[nodiscard]] std::vector<schedulers::TrialId> contenders() const;

 private:
  struct Level {
    std::uint64_t reports = 0;
    std::optional<Best> best;
  };

  bool maximize_;
  std::map<schedulers::Resource, Level> levels_;
  const Level* highest_ = nullptr;  ///< The highest level with a best.
  const Level* shared_ = nullptr;   ///< The highest level with a best and at least two reports.
  std::optional<Best> best_;
};

}  // namespace troupe::actors
