#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "schedulers/space/space.hpp"

namespace troupe::schedulers {

/// What was suggested so far, so that nothing is suggested twice, and nothing that is forbidden.
class Suggested {
 public:
  /// So often a repetition is drawn again, before one of those left is taken (finite space) or the
  /// repetition itself (infinite).
  static constexpr int redraws_max = 100;
  /// So often in a row a forbidden configuration of an uncounted space is drawn again; after that
  /// the space counts as exhausted.
  static constexpr int forbidden_max = 100'000;

  Suggested(const Space& space, const std::vector<Config>& points);

  /// The first that `draw` gives that is allowed and new. In a space with a cardinality every
  /// configuration comes once: where `draw` takes too long, each of those left is as likely as
  /// another by `rng`. None: there is none left.
  [[nodiscard]] std::optional<Config> next(const std::function<Config()>& draw, Rng& rng);

 private:
  [[nodiscard]] std::optional<Config> next_counted(const std::function<Config()>& draw, Rng& rng);
  [[nodiscard]] std::uint64_t draw_number_left(Rng& rng) const;

  const Space* space_;
  std::optional<std::uint64_t> cardinality_;
  std::set<std::string> matches_;    ///< Without a cardinality.
  std::set<std::uint64_t> numbers_;  ///< With one.
};

}  // namespace troupe::schedulers
