#include "schedulers/sync_successive_halving_options.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "runtime/core/check.hpp"
#include "schedulers/number_text.hpp"

namespace troupe::schedulers {
namespace {

constexpr double places_max = 1e7;  ///< In the lowest rung of the first bracket.

/// s_max: the smallest k with r_min * eta^k >= R.
int steps_to_top(const SyncSuccessiveHalvingOptions& options) {
  const auto lowest = static_cast<double>(options.grace_period);
  int k = 0;
  while (lowest * std::pow(options.reduction_factor, k) < static_cast<double>(options.max_resource))
    ++k;
  return k;
}

}  // namespace

std::vector<OptionProblem> problems(const SyncSuccessiveHalvingOptions& options) {
  std::vector<OptionProblem> found;
  const Resource lowest = options.grace_period;
  const Resource highest = options.max_resource;
  if (lowest < 1)
    found.push_back({"grace_period", "grace_period is " + std::to_string(lowest) +
                                         "; the lowest rung is at 1 or higher"});
  if (highest <= lowest)
    found.push_back({"max_resource", "the maximum resource is " + std::to_string(highest) +
                                         "; it must be more than grace_period, which is " +
                                         std::to_string(lowest)});
  const double factor = options.reduction_factor;
  if (!(factor >= 2) || !std::isfinite(factor))
    found.push_back({"reduction_factor", "reduction_factor is " + number_text(factor) +
                                             "; it must be a number of 2 or more"});
  if (options.brackets == 0U)
    found.push_back({"brackets", "brackets is 0; there is one bracket at least"});
  if (found.empty() && std::pow(factor, steps_to_top(options)) > places_max)
    found.push_back({"max_resource", "the maximum resource is " + std::to_string(highest) +
                                         " and the lowest rung at " + std::to_string(lowest) +
                                         ", which makes a rung of more than " +
                                         number_text(places_max) +
                                         " trials; raise grace_period or reduction_factor"});
  return found;
}

std::vector<std::vector<RungSize>> bracket_rungs(const SyncSuccessiveHalvingOptions& options) {
  check(problems(options).empty(),
        "brackets are asked for once the options were found to make sense");
  const int most = steps_to_top(options);
  const auto lowest = static_cast<double>(options.grace_period);
  const int count = static_cast<int>(std::min<std::uint32_t>(options.brackets.value_or(UINT32_MAX),
                                                             static_cast<std::uint32_t>(most) + 1));
  std::vector<std::vector<RungSize>> brackets;
  for (int b = 0; b < count; ++b) {
    const double share = static_cast<double>(most + 1) / static_cast<double>(most - b + 1);
    auto& rungs = brackets.emplace_back();
    for (int k = 0; k < most - b; ++k) {
      const double level = lowest * std::pow(options.reduction_factor, k + b);
      const double places = share * std::pow(options.reduction_factor, most - b - k);
      rungs.push_back({static_cast<Resource>(std::nearbyint(level)),  // Half to even.
                       static_cast<std::uint64_t>(std::ceil(places))});
    }
    rungs.push_back({options.max_resource, static_cast<std::uint64_t>(std::ceil(share))});
  }
  return brackets;
}

}  // namespace troupe::schedulers
