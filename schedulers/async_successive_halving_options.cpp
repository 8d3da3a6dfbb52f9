#include "schedulers/async_successive_halving_options.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "runtime/core/check.hpp"
#include "schedulers/number_text.hpp"

// Rung ladders as Syne Tune 0.13 builds them (README 2.1).

namespace troupe::schedulers {
namespace {

constexpr Resource rungs_max = 10'000;

void examine_ladder(const AsyncSuccessiveHalvingOptions& options,
                    std::vector<OptionProblem>& found) {
  if (options.grace_period < 1)
    found.push_back({"grace_period", "grace_period is " + std::to_string(options.grace_period) +
                                         "; the lowest rung is at 1 or higher"});
  if (options.max_resource <= options.grace_period)
    found.push_back({"max_resource", "the maximum resource is " +
                                         std::to_string(options.max_resource) +
                                         "; it must be more than grace_period, which is " +
                                         std::to_string(options.grace_period)});
  if (options.rung_increment) {
    if (*options.rung_increment < 1)
      found.push_back({"rung_increment", "rung_increment is " +
                                             std::to_string(*options.rung_increment) +
                                             "; rungs lie 1 or more apart"});
    else if ((options.max_resource - options.grace_period) / *options.rung_increment >= rungs_max)
      found.push_back({"rung_increment",
                       "rung_increment is " + std::to_string(*options.rung_increment) +
                           ", which makes more than " + std::to_string(rungs_max) + " rungs"});
  } else if (!(options.reduction_factor >= 2) || !std::isfinite(options.reduction_factor)) {
    found.push_back({"reduction_factor", "reduction_factor is " +
                                             number_text(options.reduction_factor) +
                                             "; it must be a number of 2 or more"});
  }
}

void examine_levels(const AsyncSuccessiveHalvingOptions& options,
                    std::vector<OptionProblem>& found) {
  const auto& levels = options.rung_levels;
  const auto refuse = [&](const std::string& what) { found.push_back({"rung_levels", what}); };
  if (levels.size() < 2) refuse("rung_levels has one entry; it needs at least two");
  if (levels.front() < 1)
    refuse("rung_levels starts at " + std::to_string(levels.front()) +
           "; the lowest rung is at 1 or higher");
  for (std::size_t k = 1; k < levels.size(); ++k)
    if (levels[k] <= levels[k - 1]) {
      refuse("rung_levels has " + std::to_string(levels[k]) + " after " +
             std::to_string(levels[k - 1]) + "; each entry must be greater than the one before");
      break;
    }
  if (levels.back() > options.max_resource)
    refuse("rung_levels ends at " + std::to_string(levels.back()) +
           "; no rung is above the maximum resource, which is " +
           std::to_string(options.max_resource));
}

void examine_brackets(const AsyncSuccessiveHalvingOptions& options,
                      std::vector<OptionProblem>& found) {
  if (options.brackets < 1)
    found.push_back({"brackets", "brackets is 0; there is one bracket at least"});
  if (options.brackets <= 1) return;
  const std::string several = "brackets is " + std::to_string(options.brackets);
  if (options.ceiling == Ceiling::progressive)
    found.push_back({"brackets", several +
                                     ", and the ceiling is progressive: PASHA compares the top two "
                                     "rungs, which trials of higher brackets skip; it works with "
                                     "one bracket only"});
  if (!options.incumbents.empty())
    found.push_back({"brackets", several +
                                     ", and there are incumbents: RUSH's hurdle needs each of them "
                                     "in every rung, and higher brackets skip the lowest ones; it "
                                     "works with one bracket only"});
}

std::vector<Resource> geometric(const AsyncSuccessiveHalvingOptions& options) {
  const auto lowest = static_cast<double>(options.grace_period);
  const auto highest = static_cast<double>(options.max_resource);
  std::vector<Resource> levels;
  for (int k = 0;; ++k) {
    const double level = lowest * std::pow(options.reduction_factor, k);
    if (level >= highest) return levels;
    levels.push_back(static_cast<Resource>(std::nearbyint(level)));  // Half to even.
  }
}

}  // namespace

std::vector<OptionProblem> problems(const AsyncSuccessiveHalvingOptions& options) {
  std::vector<OptionProblem> found;
  if (options.rung_levels.empty())
    examine_ladder(options, found);
  else
    examine_levels(options, found);
  examine_brackets(options, found);
  if (options.ceiling == Ceiling::progressive)
    for (auto& problem : problems(options.ranking)) found.push_back(std::move(problem));
  return found;
}

std::vector<Resource> rung_levels(const AsyncSuccessiveHalvingOptions& options) {
  check(problems(options).empty(),
        "a ladder is asked for once the options were found to make sense");
  std::vector<Resource> levels = options.rung_levels;
  if (levels.empty() && options.rung_increment)
    for (Resource level = options.grace_period; level < options.max_resource;
         level += *options.rung_increment)
      levels.push_back(level);
  else if (levels.empty())
    levels = geometric(options);
  if (levels.back() == options.max_resource) levels.pop_back();
  return levels;
}

std::vector<double> promotion_fractions(const AsyncSuccessiveHalvingOptions& options) {
  const std::vector<Resource> levels = rung_levels(options);
  std::vector<double> fractions;
  for (std::size_t k = 0; k < levels.size(); ++k) {
    const Resource next = k + 1 < levels.size() ? levels[k + 1] : options.max_resource;
    fractions.push_back(static_cast<double>(levels[k]) / static_cast<double>(next));
  }
  return fractions;
}

std::vector<double> bracket_distribution(const AsyncSuccessiveHalvingOptions& options) {
  std::vector<Resource> levels = rung_levels(options);
  levels.push_back(options.max_resource);
  const auto most = static_cast<double>(levels.size());
  std::vector<double> shares;
  double sum = 0;
  for (std::size_t s = 0; s < levels.size() && s < options.brackets; ++s) {
    shares.push_back(most / ((most - static_cast<double>(s)) * static_cast<double>(levels[s])));
    sum += shares.back();
  }
  for (double& share : shares) share /= sum;
  return shares;
}

}  // namespace troupe::schedulers
