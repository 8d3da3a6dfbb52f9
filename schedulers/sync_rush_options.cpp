#include "schedulers/sync_rush_options.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "runtime/core/check.hpp"
#include "schedulers/number_text.hpp"

namespace troupe::schedulers {
namespace {

constexpr std::uint64_t arms_max = 10'000'000;

}  // namespace

std::vector<OptionProblem> problems(const SyncRushOptions& options) {
  std::vector<OptionProblem> found;
  const double factor = options.reduction_factor;
  if (!(factor >= 2) || !std::isfinite(factor))
    found.push_back({"reduction_factor", "reduction_factor is " + number_text(factor) +
                                             "; it must be a number of 2 or more"});
  if (options.max_resource < 1)
    found.push_back({"max_resource", "the maximum resource is " +
                                         std::to_string(options.max_resource) +
                                         "; it must be 1 or more"});
  const std::string arms = "arms is " + std::to_string(options.arms);
  if (options.arms < 2 || options.arms > arms_max) {
    found.push_back({"arms", arms + "; successive halving compares 2 trials at least, and " +
                                 std::to_string(arms_max) + " at most"});
    return found;
  }
  for (const TrialId incumbent : options.incumbents)
    if (incumbent >= options.arms) {
      found.push_back({"arms", arms + ", and trial " + std::to_string(incumbent) +
                                   " is an incumbent; the incumbents are among the arms"});
      break;
    }
  if (!found.empty()) return found;
  const auto least = static_cast<std::int64_t>(options.arms) * rounds(options);
  if (options.budget < least)
    found.push_back({"budget", "the budget is " + std::to_string(options.budget) + "; each of " +
                                   std::to_string(options.arms) +
                                   " arms needs one unit in the first of " +
                                   std::to_string(rounds(options)) + " equal rounds, which takes " +
                                   std::to_string(least)});
  return found;
}

int rounds(const SyncRushOptions& options) {
  int k = 0;
  while (std::pow(options.reduction_factor, k) < static_cast<double>(options.arms)) ++k;
  return k;
}

Resource units(const SyncRushOptions& options, int k, std::uint64_t left) {
  const std::uint64_t shared_by =
      options.budget_rule == RushBudget::kept ? left : survivors_max(options, k);
  check(shared_by > 0, "an arm is left");
  return options.budget / (static_cast<std::int64_t>(shared_by) * rounds(options));
}

std::uint64_t survivors_max(const SyncRushOptions& options, int k) {
  const double left = static_cast<double>(options.arms) / std::pow(options.reduction_factor, k + 1);
  return std::max<std::uint64_t>(static_cast<std::uint64_t>(left), 1);
}

std::vector<RungSize> round_sizes(const SyncRushOptions& options) {
  std::vector<RungSize> sizes;
  Resource level = 0;
  std::uint64_t left = options.arms;
  for (int k = 0; k < rounds(options); ++k) {
    level = std::min(level + units(options, k, left), options.max_resource);
    sizes.push_back({level, left});
    left = survivors_max(options, k);
  }
  return sizes;
}

}  // namespace troupe::schedulers
