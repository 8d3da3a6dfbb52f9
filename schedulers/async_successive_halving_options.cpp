#include "schedulers/async_successive_halving_options.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "runtime/core/check.hpp"
#include "schedulers/async_successive_halving.hpp"

// The rungs are those of Syne Tune 0.13 (README 2.1).

namespace troupe::schedulers {
namespace {

using AsyncOptions = AsyncSuccessiveHalvingOptions;

constexpr Resource rungs_max = 10'000;

constexpr std::array async_option_list{
    option<&AsyncOptions::rule>({
        .key = "type",
        .example = "promotion",
        .in_template = true,
        .doc = "or stopping: a trial that is good enough runs on without a pause. Default: "
               "stopping; promotion where the ceiling rises",
    }),
    option<&AsyncOptions::grace_period>(grace_period_option),
    option<&AsyncOptions::reduction_factor>(reduction_factor_option),
    option<&AsyncOptions::rung_levels>({
        .key = "rung_levels",
        .least = 1,
        .most = resource_max,
        .item = "a rung level",
        .example = "[1, 5, 20]",
        .doc = "instead of the three above: exactly these rungs",
    }),
    option<&AsyncOptions::rung_increment>({
        .key = "rung_increment",
        .least = 1,
        .most = resource_max,
        .example = "10",
        .doc = "instead of reduction_factor: rungs so far apart",
    }),
    option<&AsyncOptions::brackets>(brackets_option),
    option<&AsyncOptions::own_rungs>({
        .key = "own_rungs",
        .alias = "rung_system_per_bracket",
        .methods = {"hyperband"},
        .example = "true",
        .doc = "hyperband: each bracket has rungs of its own. Default {default}",
    }),
    option<&AsyncOptions::ceiling>({
        .key = "ceiling",
        .methods = {"rush"},
        .example = "progressive",
        .doc = "rush: as pasha has it. Default {default}",
    }),
    option<&AsyncOptions::hurdle>({
        .key = "hurdle",
        .methods = {"asha", "pasha", "rush"},
        .example = "none",
        .doc = "asha, pasha: `incumbents` only run first. Default: they are the hurdle, as rush "
               "has it",
    }),
    option<&AsyncOptions::champions>({
        .key = "champions",
        .most = 1'000'000,
        .methods = {"rush"},
        .example = "1",
        .doc = "rush: so many of the best incumbents run to the end in any case. Default {default}",
    }),
    option<&AsyncOptions::tolerance>({
        .key = "tolerance",
        .range = {.least = 0, .expected = "0 or more"},
        .methods = {"rush"},
        .example = "0.01",
        .doc = "rush: a metric may be worse than the hurdle by this part of it. Default {default}",
    }),
    option<&AsyncOptions::spend>({
        .key = "spend",
        .range = {.least = 0, .above_least = true, .expected = "above 0"},
        .methods = {"pasha", "rush"},
        .example = "5",
        .doc = "pasha: the ceiling also rises to a rung once so many times its resource was spent "
               "in all. Default: only the ranking raises it",
    }),
    nested_option<&AsyncOptions::ranking>({
        .key = "ranking",
        .methods = {"pasha", "rush"},
        .example = "When pasha's ceiling rises: `criterion` is soft (default), direct, rbo, rrr "
                   "or arrr.\n"
                   "ranking: {criterion: soft, epsilon: auto, percentile: 90}   # epsilon: a "
                   "number; or\n"
                   "ranking: {criterion: soft, epsilon: sigma, scaling: 2}      # sigma, mean or "
                   "median, so many times\n"
                   "ranking: {criterion: rbo, p: 1, t: 0.5, form: paper}        # form: paper "
                   "or reference",
        .doc = "when a progressive ceiling rises",
        .section = &ranking_section,
        .section_used =
            [](const void* options) {
              return static_cast<const AsyncOptions*>(options)->ceiling == Ceiling::progressive;
            },
    }),
};

/// Sets the rule if it was not given. Refuses one that contradicts rush_stopping or rush_promotion.
void resolve_rule(AsyncOptions& options, const GivenOptions& given,
                  std::vector<OptionProblem>& found) {
  constexpr std::string_view prefix = "rush_";
  if (!given.has_value("type")) {
    const bool resumes =
        options.ceiling == Ceiling::progressive || given.written == "rush_promotion";
    options.rule = resumes ? Rule::promotion : Rule::stopping;
    return;
  }
  if (!given.written.starts_with(prefix)) return;
  const std::string said(given.written.substr(prefix.size()));
  if (said != enum_text(options.rule))
    found.push_back({"type", "'" + std::string(given.written) + "' says " + said +
                                 ", but 'scheduler.type' is " +
                                 std::string(enum_text(options.rule)) +
                                 "; write name: rush and the type you want"});
}

void resolve_hurdle(AsyncOptions& options, const GivenOptions& given,
                    std::vector<OptionProblem>& found) {
  if (given.method == "rush" && options.hurdle == HurdleRule::none) {
    found.push_back({"hurdle",
                     "rush without its hurdle is asha (pasha, if the ceiling is progressive); "
                     "write that name, or leave 'hurdle' out"});
    options.hurdle = HurdleRule::incumbents;
  }
  // An invalid value still shows that the user wants a hurdle.
  if (given.has("hurdle") && !options.hurdle) options.hurdle = HurdleRule::incumbents;
}

/// Refuses keys that have no effect beside rung_levels or rung_increment.
void resolve_rungs(const AsyncOptions& options, const GivenOptions& given,
                   std::vector<OptionProblem>& found) {
  if (given.has_value("rung_levels"))
    for (const std::string_view ignored : {"grace_period", "reduction_factor", "rung_increment"})
      if (given.has(ignored))
        found.push_back(
            {ignored, "'scheduler." + std::string(ignored) +
                          "' has no meaning beside 'scheduler.rung_levels'; leave one out"});
  if (options.rung_levels.empty() && options.rung_increment && given.has("reduction_factor"))
    found.push_back({"reduction_factor",
                     "'scheduler.reduction_factor' has no meaning beside "
                     "'scheduler.rung_increment', which sets the rungs a fixed distance apart; "
                     "leave one out"});
}

/// Refuses several brackets for methods with one bracket.
void resolve_brackets(AsyncOptions& options, const GivenOptions& given,
                      std::vector<OptionProblem>& found) {
  if (options.brackets == 1 || given.method == "hyperband") return;
  if (options.ceiling == Ceiling::progressive)
    found.push_back(
        {"brackets", "PASHA's ceiling works with one bracket only; leave 'brackets' out"});
  else if (given.method == "rush" || given.has("hurdle"))
    found.push_back({"brackets",
                     "RUSH's hurdle works with one bracket only: in others the incumbents skip "
                     "the lowest rungs; leave 'brackets' out"});
  else
    found.push_back(single_bracket(given.method, "hyperband"));
  options.brackets = 1;
}

void examine_ladder(const AsyncOptions& options, std::vector<OptionProblem>& found) {
  check_rung_bounds(options.grace_period, options.max_resource, found);
  if (!options.rung_increment) {
    check_range(reduction_factor_option, options.reduction_factor, found);
    return;
  }
  const std::string increment = "rung_increment is " + std::to_string(*options.rung_increment);
  if (*options.rung_increment < 1)
    found.push_back({"rung_increment", increment + "; rungs lie 1 or more apart"});
  else if ((options.max_resource - options.grace_period) / *options.rung_increment >= rungs_max)
    found.push_back({"rung_increment", increment + ", which makes more than " +
                                           std::to_string(rungs_max) + " rungs"});
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
  check_brackets(options.brackets, found);
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

/// Number of `trials` that pass a rung in which all of them have reported (README 2.4): those
/// up to an interpolated quantile, which is one more than the fraction at most.
std::uint64_t passing(std::uint64_t trials, double fraction) {
  if (trials < 2) return trials;  // The first trial of a rung never waits under `stopping`.
  return static_cast<std::uint64_t>(std::floor(static_cast<double>(trials - 1) * fraction)) + 1;
}

}  // namespace

std::span<const Option> AsyncSuccessiveHalvingOptions::described() {
  return async_option_list;
}

std::vector<Method<AsyncSuccessiveHalvingOptions>> AsyncSuccessiveHalvingOptions::methods() {
  AsyncOptions progressive{.rule = Rule::promotion, .ceiling = Ceiling::progressive};
  AsyncOptions all_brackets{.hurdle = HurdleRule::none};
  all_brackets.brackets = std::numeric_limits<std::uint32_t>::max();
  AsyncOptions hurdle{.hurdle = HurdleRule::incumbents};
  return {
      {.name = "asha",
       .doc = "asynchronous successive halving: at each rung the best go on",
       .options = {}},
      {.name = "pasha",
       .doc = "the same under a ceiling that rises while the top two rungs disagree",
       .options = std::move(progressive)},
      {.name = "hyperband",
       .doc = "asha in several brackets, of which some begin at a higher rung",
       .options = std::move(all_brackets)},
      {.name = "rush",
       .doc = "asha where a trial must also be as good as the `incumbents` are there",
       .options = std::move(hurdle),
       .synonyms = {"rush_stopping", "rush_promotion"}},
  };
}

std::unique_ptr<Scheduler> make(const AsyncSuccessiveHalvingOptions& options) {
  return std::make_unique<AsyncSuccessiveHalving>(options);
}

std::vector<BracketOutline> outline(const AsyncSuccessiveHalvingOptions& options,
                                    std::optional<std::uint64_t> trials_max) {
  const auto levels = rung_levels(options);
  const auto fractions = promotion_fractions(options);
  std::vector<BracketOutline> brackets;
  for (const double share : bracket_distribution(options)) {
    const std::size_t lowest = brackets.size();
    BracketOutline& bracket = brackets.emplace_back(BracketOutline{.share = share});
    auto trials = trials_max;
    for (std::size_t k = lowest; k < levels.size(); ++k) {
      bracket.rungs.push_back({levels[k], fractions[k], trials});
      if (trials) trials = passing(*trials, fractions[k]);
    }
    bracket.rungs.push_back({options.max_resource, std::nullopt, trials});
  }
  return brackets;
}

SchedulerTraits traits(const AsyncSuccessiveHalvingOptions& options) {
  const bool rises = options.ceiling == Ceiling::progressive;
  SchedulerTraits traits{.judges = SchedulerTraits::Judges::each_report,
                         .pauses = options.rule == Rule::promotion,
                         .rising_ceiling = rises,
                         .has_ladder = true};
  if (rises) traits.ends = SchedulerTraits::Ends::never;
  traits.incumbents_set_hurdle = options.hurdle != HurdleRule::none;
  if (options.hurdle == HurdleRule::incumbents)
    traits.without_incumbents = rises ? "plain PASHA" : "plain ASHA";
  return traits;
}

void apply_study(const StudyTerms& study, AsyncSuccessiveHalvingOptions& options) {
  options.mode = study.mode;
  options.max_resource = study.max_resource;
  options.on_early_exit = study.on_early_exit;
  options.seed = study.seed;
  options.incumbents.clear();
  if (options.hurdle != HurdleRule::none) options.incumbents = study.incumbents;
}

std::vector<OptionProblem> resolve(AsyncSuccessiveHalvingOptions& options,
                                   const GivenOptions& given) {
  std::vector<OptionProblem> found;
  resolve_rule(options, given, found);
  resolve_hurdle(options, given, found);
  if (given.has("ranking") && options.ceiling == Ceiling::fixed)
    found.push_back({"ranking",
                     "'scheduler.ranking' says when a progressive ceiling rises, but the ceiling "
                     "is fixed; add `ceiling: progressive`, or leave 'ranking' out"});
  if (options.spend && options.ceiling == Ceiling::fixed)
    found.push_back({"spend",
                     "'scheduler.spend' says when a progressive ceiling rises, but the ceiling is "
                     "fixed; add `ceiling: progressive`, or leave 'spend' out"});
  if (options.champions > 0 && options.rule == Rule::promotion)
    found.push_back({"champions",
                     "'scheduler.champions' run on without a pause, which needs type: stopping; "
                     "change 'type', or leave 'champions' out"});
  for (auto& problem : resolve(options.ranking, given)) found.push_back(std::move(problem));
  resolve_rungs(options, given, found);
  resolve_brackets(options, given, found);
  return found;
}

std::vector<OptionProblem> problems(const AsyncSuccessiveHalvingOptions&, const StudyTerms&) {
  return {};
}

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
