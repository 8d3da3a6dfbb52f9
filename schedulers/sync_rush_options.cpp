#include "schedulers/sync_rush_options.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "runtime/core/check.hpp"
#include "schedulers/sync_rush.hpp"

namespace troupe::schedulers {
namespace {

constexpr std::uint64_t arms_max = 10'000'000;

constexpr std::array rush_option_list{
    option<&SyncRushOptions::budget>({
        .key = "budget",
        .required = "the units of resource (epochs, say) that all arms may use together",
        .least = 1,
        .most = resource_max,
        .example = "4000",
        .doc = "synchronous_rush: of the resource, for all arms together",
    }),
    option<&SyncRushOptions::arms>({
        .key = "arms",
        .required = "how many trials compete, the incumbents among them",
        .least = 2,
        .most = 1'000'000,
        .example = "27",
        .doc = "synchronous_rush: trials that compete, incumbents among them",
    }),
    option<&SyncRushOptions::budget_rule>({
        .key = "budget_rule",
        .example = "kept",
        .doc = "or as_printed: the poster's formula, which spends more; or planned: the budget of "
               "arms that the hurdle drops is saved",
    }),
    option<&SyncRushOptions::reduction_factor>(reduction_factor_option),
};

}  // namespace

std::span<const Option> SyncRushOptions::described() {
  return rush_option_list;
}

std::vector<Method<SyncRushOptions>> SyncRushOptions::methods() {
  return {{
      .name = "synchronous_rush",
      .doc = "rounds of a fixed budget, in which arms behind the incumbents are dropped",
      .options = {},
      .synonyms = {"sync_rush"},
  }};
}

std::unique_ptr<Scheduler> make(const SyncRushOptions& options) {
  return std::make_unique<SyncRush>(options);
}

std::vector<BracketOutline> outline(const SyncRushOptions& options, std::optional<std::uint64_t>) {
  check(problems(options).empty(), "rungs are outlined for options without a problem");
  return {outline_of(round_sizes(options), 1)};
}

SchedulerTraits traits(const SyncRushOptions&) {
  return {.judges = SchedulerTraits::Judges::full_rungs,
          .ends = SchedulerTraits::Ends::by_itself,
          .pauses = true,
          .incumbents_set_hurdle = true,
          .without_incumbents = "successive halving with a budget"};
}

void apply_study(const StudyTerms& study, SyncRushOptions& options) {
  options.mode = study.mode;
  options.max_resource = study.max_resource;
  options.on_early_exit = study.on_early_exit;
  options.incumbents = study.incumbents;
}

std::vector<OptionProblem> resolve(SyncRushOptions&, const GivenOptions&) {
  return {};
}

std::vector<OptionProblem> problems(const SyncRushOptions& options, const StudyTerms& study) {
  std::vector<OptionProblem> found;
  const std::string arms = "'scheduler.arms' is " + std::to_string(options.arms);
  // problems(options) refuses more incumbents than arms.
  if (options.arms > 0 && study.incumbents.size() == options.arms)
    found.push_back({"arms", arms +
                                 ", and there are as many incumbents: no new trial would run; take "
                                 "more arms"});
  if (study.configurations && *study.configurations < options.arms)
    found.push_back({"arms", arms + ", but config_space has no more than " +
                                 std::to_string(*study.configurations) +
                                 " configurations; take fewer arms"});
  if (study.trials_max && *study.trials_max < options.arms)
    found.push_back({"arms", arms + ", but the study ends after " +
                                 std::to_string(*study.trials_max) +
                                 " trials (max_num_trials_started); leave that out: the budget "
                                 "ends the study"});
  return found;
}

std::vector<OptionProblem> problems(const SyncRushOptions& options) {
  std::vector<OptionProblem> found;
  check_range(reduction_factor_option, options.reduction_factor, found);
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
  std::uint64_t shared_by = left;
  if (options.budget_rule == RushBudget::as_printed) shared_by = survivors_max(options, k);
  if (options.budget_rule == RushBudget::planned)
    shared_by = k == 0 ? options.arms : survivors_max(options, k - 1);
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
