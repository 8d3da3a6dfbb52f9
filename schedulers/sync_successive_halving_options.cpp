#include "schedulers/sync_successive_halving_options.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "runtime/core/check.hpp"
#include "schedulers/sync_successive_halving.hpp"

namespace troupe::schedulers {
namespace {

using SyncOptions = SyncSuccessiveHalvingOptions;

constexpr double places_max = 1e7;  ///< In the lowest rung of the first bracket.

constexpr std::array sync_option_list{
    option<&SyncOptions::grace_period>(grace_period_option),
    option<&SyncOptions::reduction_factor>(reduction_factor_option),
    option<&SyncOptions::brackets>(brackets_option),
};

/// s_max: the smallest k with r_min * eta^k >= R.
int steps_to_top(const SyncSuccessiveHalvingOptions& options) {
  const auto lowest = static_cast<double>(options.grace_period);
  int k = 0;
  while (lowest * std::pow(options.reduction_factor, k) < static_cast<double>(options.max_resource))
    ++k;
  return k;
}

}  // namespace

std::span<const Option> SyncSuccessiveHalvingOptions::described() {
  return sync_option_list;
}

std::vector<Method<SyncSuccessiveHalvingOptions>> SyncSuccessiveHalvingOptions::methods() {
  return {
      {.name = "successive_halving",
       .doc = "synchronous: a rung is judged once it is full",
       .options = {.brackets = 1}},
      {.name = "synchronous_hyperband",
       .doc = "the same in several brackets, one after another",
       .options = {},
       .synonyms = {"sync_hyperband"}},
  };
}

std::unique_ptr<Scheduler> make(const SyncSuccessiveHalvingOptions& options) {
  return std::make_unique<SyncSuccessiveHalving>(options);
}

std::vector<BracketOutline> outline(const SyncSuccessiveHalvingOptions& options,
                                    std::optional<std::uint64_t>) {
  std::vector<BracketOutline> outlines;
  const auto brackets = bracket_rungs(options);
  for (const auto& sizes : brackets)
    outlines.push_back(outline_of(sizes, 1 / static_cast<double>(brackets.size())));
  return outlines;
}

SchedulerTraits traits(const SyncSuccessiveHalvingOptions&) {
  return {.judges = SchedulerTraits::Judges::full_rungs, .pauses = true, .has_ladder = true};
}

void apply_study(const StudyTerms& study, SyncSuccessiveHalvingOptions& options) {
  options.mode = study.mode;
  options.max_resource = study.max_resource;
  options.on_early_exit = study.on_early_exit;
}

std::vector<OptionProblem> resolve(SyncSuccessiveHalvingOptions& options,
                                   const GivenOptions& given) {
  if (given.method != "successive_halving" || options.brackets == 1U) return {};
  options.brackets = 1;
  return {single_bracket(given.method, "synchronous_hyperband")};
}

std::vector<OptionProblem> problems(const SyncSuccessiveHalvingOptions&, const StudyTerms&) {
  return {};
}

std::vector<OptionProblem> problems(const SyncSuccessiveHalvingOptions& options) {
  std::vector<OptionProblem> found;
  const Resource lowest = options.grace_period;
  const Resource highest = options.max_resource;
  const double factor = options.reduction_factor;
  check_rung_bounds(lowest, highest, found);
  check_range(reduction_factor_option, factor, found);
  if (options.brackets) check_brackets(*options.brackets, found);
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
