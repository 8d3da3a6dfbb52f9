#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "runtime/core/rng.hpp"

namespace troupe::schedulers {

/// Normalized losses, for a surrogate: mean 0 and population standard deviation 1.
struct Targets {
  std::vector<double> values;
  double mean = 0;   ///< Of the transformed losses.
  double scale = 1;  ///< Their standard deviation; 1 where they are all equal.
  double power = 1;  ///< Lambda of the Box-Cox transform; 1: none.
};

/// Normalizes finite losses. Losses far above the others (diverged trials) are cut at the first
/// quartile plus ten times its distance from the best, so that they do not hide the differences of
/// the others. `box_cox`: transforms positive losses before with the lambda in [-1, 2] of the
/// greatest normal likelihood (Box and Cox 1964); if one is not positive, there is no transform.
[[nodiscard]] Targets normalized(std::vector<double> losses, bool box_cox);

/// An observation of a trial, for choosing which ones a surrogate takes.
struct Observation {
  std::uint32_t trial = 0;
  std::int64_t resource = 0;
  double loss = 0;
  friend bool operator==(const Observation&, const Observation&) = default;
};

/// The places, rising, of at most `count` of the observations: README 15.3. Trials that reached the
/// highest resources keep all their observations. Of the first group that does not fit, those of
/// the lowest resources are left out; at the resource at which the limit falls, `rng` draws.
[[nodiscard]] std::vector<std::size_t> subsample(std::span<const Observation> observations,
                                                 std::size_t count, Rng& rng);

}  // namespace troupe::schedulers
