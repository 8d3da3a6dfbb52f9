#include "actors/study_file/read_methods.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <variant>

namespace troupe::actors {
namespace {

using schedulers::GivenOptions;
using schedulers::OptionProblem;
using schedulers::SchedulerMethod;
using schedulers::SchedulerTraits;
using schedulers::SearcherMethod;

/// Schedulers of other tools.
constexpr std::array<std::string_view, 3> foreign_schedulers{"dehb", "median_stopping", "pbt"};

/// Schedulers of other tools that are a scheduler with a searcher here.
struct Combined {
  std::string_view name;
  std::string_view here;
};
constexpr std::array combined_schedulers{
    Combined{"mobster", "`scheduler: asha` with `searcher: mobster`"},
    Combined{"bohb", "`scheduler: synchronous_hyperband` with `searcher: tpe`"},
    Combined{"bayesopt", "`scheduler: fifo` with `searcher: bo`"},
};

/// Searchers of other tools.
constexpr std::array<std::string_view, 4> foreign_searchers{"cma_es", "botorch", "hyperopt", "rea"};

template <typename Options>
std::vector<std::string_view> names_of(const std::vector<schedulers::Method<Options>>& methods) {
  std::vector<std::string_view> names;
  for (const auto& method : methods) names.push_back(method.name);
  return names;
}

/// "a, b WORD c".
std::string listed(std::vector<std::string_view> names, const std::string& word) {
  check(names.size() >= 2, "a list of names has two at least");
  const std::string last(names.back());
  names.pop_back();
  return joined(names) + " " + word + " " + last;
}

/// The text of `name`, or null.
const std::string* written_name(const Section& section) {
  const Member* name = section.find("name");
  return name == nullptr ? nullptr : name->value.as<std::string>();
}

/// The scheduler with the name of the file; null: an error was reported.
const SchedulerMethod* named_scheduler(Section& section) {
  if (section.require(
          "name", "what decides which trials go on: asha, pasha, hyperband, rush, ...") == nullptr)
    return nullptr;
  const std::string* name = written_name(section);
  const SchedulerMethod* method = name == nullptr ? nullptr : schedulers::scheduler_method(*name);
  if (method != nullptr) return method;
  const auto names = names_of(schedulers::scheduler_methods());
  if (name != nullptr)
    for (const Combined& one : combined_schedulers)
      if (one.name == *name) {
        section.error("name", "'" + *name + "' is " + std::string(one.here) + " here");
        return nullptr;
      }
  if (name != nullptr && std::ranges::find(foreign_schedulers, *name) != foreign_schedulers.end())
    section.error("name", "the scheduler '" + *name + "' is not in this release; today there are " +
                              joined(names));
  else
    (void)section.choice("name", names);
  return nullptr;
}

/// Refuses keys that the method does not take. Returns whether there is none.
bool takes_its_keys(Section& section, const SchedulerMethod& method) {
  bool good = true;
  for (const schedulers::Option& option : schedulers::scheduler_option_list()) {
    if (!section.has(option.key)) continue;
    const auto users = schedulers::methods_with(option.key);
    if (std::ranges::find(users, method.name) != users.end()) continue;
    section.error(option.key, "'scheduler." + std::string(option.key) + "' means nothing to " +
                                  std::string(method.name) + "; it is for " + joined(users) +
                                  ". Leave it out, or take one of these");
    good = false;
  }
  return good;
}

/// Warns where the paper's recommendations are not met: at least five rungs, R at least 100 r.
void advise_on_ladder(Section& section, const StudySpec& spec) {
  const auto rungs = rungs_of(spec);
  const std::size_t below = rungs.size() - 1;
  const bool few = below < 5;
  const bool low = spec.max_t < 100 * rungs.front();
  if (!few && !low) return;
  const std::string maximum = "the maximum resource " + std::to_string(spec.max_t);
  std::string what;
  if (few)
    what = std::to_string(below) + (below == 1 ? " rung is" : " rungs are") + " below " + maximum +
           "; five or more are recommended";
  if (low)
    what += (few ? ", and " : "") + (few ? std::string("it") : maximum) +
            " is less than 100 times the lowest rung " + std::to_string(rungs.front()) +
            (few ? "" : ", which is recommended");
  section.advice("name", what +
                             ": there is little to save (take a larger maximum, or a smaller "
                             "grace_period or reduction_factor)");
}

/// Reports an `actor` without the node that hosts it. Without the node, the head would run the
/// built-in one.
void check_host(Section& section, const std::string& actor, const std::string& node,
                const std::string& what) {
  if (!actor.empty() && node.empty())
    section.error("actor", "'" + what + ".actor' names your own actor '" + actor +
                               "', and there is no '" + what +
                               ".node': name the node process that hosts it, or leave out 'actor' "
                               "for the built-in " +
                               what);
}

/// Reports the core's problems with the options at the keys that cause them. Returns whether there
/// is none.
bool check_options(Section& top, Section& section, const StudySpec& spec) {
  const auto found = problems(scheduler_options(spec));
  for (const OptionProblem& problem : found) {
    if (problem.option.starts_with("ranking.")) continue;  // Reported when it was read.
    const auto& keys = keys_of("scheduler").keys;
    if (std::ranges::find(keys, problem.option, &Key::name) != keys.end())
      section.error(problem.option, problem.what);
    else if (problem.option != "max_resource")
      section.error("name", problem.what);
    else if (section.has("grace_period"))
      section.error("grace_period", problem.what);
    else
      top.error(top.has("max_t") ? "max_t" : "max_resource_attr", problem.what);
  }
  return found.empty();
}

void check_incumbents(Section& top, Section& section, const StudySpec& spec, MemoryFrom memory) {
  if (!spec.searcher.actor.empty() && !spec.incumbents.empty())
    return top.error("incumbents",
                     "incumbents are suggested by our own searchers; with 'searcher.actor' nobody "
                     "can know which trials they are");
  const bool has_memory = spec.memory || memory == MemoryFrom::command_line;
  const auto without = traits(spec.scheduler.options).without_incumbents;
  if (!spec.incumbents.empty() || has_memory || without.empty()) return;
  section.warning(section.has("hurdle") ? "hurdle" : "name",
                  "there are no incumbents and so no hurdle: this is " + std::string(without) +
                      "; give `incumbents:`, the best configurations of earlier tasks, or a "
                      "`memory:` of them");
}

/// Reports options that contradict the rest of the study.
void check_against_study(Section& section, const StudySpec& spec) {
  schedulers::StudyTerms terms = study_terms(spec, spec.seed);
  terms.configurations = spec.config_space.cardinality();
  terms.trials_max = spec.stop_criterion.max_num_trials_started;
  for (const OptionProblem& problem : problems(spec.scheduler.options, terms))
    section.error(problem.option, problem.what);
}

/// Reports a study without an end: an error, unless its results can be used at any time.
void check_end(Section& top, Section& section, const StudySpec& spec) {
  const SchedulerTraits traits = schedulers::traits(spec.scheduler.options);
  if (traits.ends == SchedulerTraits::Ends::by_itself) return;
  const Member* criterion = top.find("stop_criterion");
  if (criterion != nullptr && !criterion->value.members.empty()) return;
  const bool never = traits.ends == SchedulerTraits::Ends::never;
  const bool finite =
      spec.config_space.cardinality() ||
      std::holds_alternative<schedulers::GridSearcherOptions>(spec.searcher.options);
  if (!never && finite) return;
  if (!never && traits.judges == SchedulerTraits::Judges::each_report)
    return section.warning("name",
                           "there is no stop_criterion: the study runs until it is interrupted");
  const bool pasha = spec.scheduler.name == "pasha";
  section.error("name", (pasha ? "PASHA" : std::string(spec.scheduler.name)) +
                            (never && !pasha ? " under a progressive ceiling never ends by itself"
                                             : " never ends by itself") +
                            ": give a stop_criterion, such as `stop_criterion: "
                            "{max_num_trials_started: 100}` (keys: max_wallclock_time, "
                            "max_num_trials_started, ...)");
}

/// Defaults of the rest of the study that depend on the scheduler.
void set_study_defaults(const Section& top, StudySpec& spec) {
  const SchedulerTraits traits = schedulers::traits(spec.scheduler.options);
  // A synchronous rung is judged once all its trials have ended.
  if (traits.judges == SchedulerTraits::Judges::full_rungs && !top.has("when_exhausted"))
    spec.when_exhausted = StudySpec::WhenExhausted::promote;
  // The only trial is drawn; it is not the midpoint of the space.
  if (traits.single_trial && !top.has("points_to_evaluate")) spec.points_to_evaluate.clear();
}

/// Refuses options of searchers other than `method`. A value that no searcher takes is reported
/// too.
void refuse_foreign_options(Section& section, const SearcherMethod& method) {
  const auto own = schedulers::described(method.options);
  for (const schedulers::Option& option : own)
    if (section.has(option.key) && !option.is_for(method.name))
      section.error(option.key, "'searcher." + std::string(option.key) + "' is for the searcher " +
                                    std::string(option.methods[0]));
  for (const SearcherMethod& other : schedulers::searcher_methods())
    for (const schedulers::Option& option : schedulers::described(other.options)) {
      if (!section.has(option.key)) continue;
      if (std::ranges::find(own, option.key, &schedulers::Option::key) != own.end()) continue;
      schedulers::SearcherOptions unused = other.options;
      (void)std::visit([&](auto& options) { return section.read(option, &options); }, unused);
      section.error(option.key, "'searcher." + std::string(option.key) + "' is for the searcher " +
                                    std::string(other.name));
    }
}

}  // namespace

void read_scheduler(Section& top, StudySpec& spec, MemoryFrom memory) {
  if (!top.require("scheduler",
                   "what decides which trials go on: `scheduler: {name: pasha}` or "
                   "`{name: asha}`"))
    return;
  Section section = top.section("scheduler", keys_of("scheduler"));
  SchedulerSpec& scheduler = spec.scheduler;
  OptionReader(section).read(scheduler_spec_options(), scheduler);
  check_host(section, scheduler.actor, scheduler.node, "scheduler");
  const SchedulerMethod* method = named_scheduler(section);
  if (method == nullptr) return;
  scheduler.name = method->name;
  scheduler.options = method->options;
  if (!takes_its_keys(section, *method)) return;
  OptionReader reader(section);
  reader.given().method = method->name;
  reader.given().written = *written_name(section);
  std::visit([&](auto& options) { reader.read(options.described(), options); }, scheduler.options);
  for (const OptionProblem& problem : resolve(scheduler.options, reader.given()))
    reader.error(problem);
  set_study_defaults(top, spec);
  // Without R or a required option the core would report what was reported already.
  if (spec.max_t >= 1 && !reader.lacks_required() && check_options(top, section, spec) &&
      traits(scheduler.options).has_ladder)
    advise_on_ladder(section, spec);
  check_incumbents(top, section, spec, memory);
  check_against_study(section, spec);
  check_end(top, section, spec);
}

void read_searcher(Section& top, StudySpec& spec) {
  Section section = top.section("searcher", keys_of("searcher"));
  SearcherSpec& searcher = spec.searcher;
  const std::string* name = written_name(section);
  const SearcherMethod* method = name == nullptr ? nullptr : schedulers::searcher_method(*name);
  const auto names = names_of(schedulers::searcher_methods());
  if (method == nullptr && name != nullptr &&
      std::ranges::find(foreign_searchers, *name) != foreign_searchers.end())
    return section.error("name", "the searcher '" + *name +
                                     "' is not in this release; today there are " +
                                     listed(names, "and"));
  if (top.has("searcher")) (void)section.require("name", listed(names, "or"));
  if (method == nullptr) {
    (void)section.choice("name", names);
    method = schedulers::searcher_method(searcher.name);
  }
  check(method != nullptr, "the default searcher is registered");
  searcher.name = method->name;
  searcher.options = method->options;
  std::visit([&](auto& options) { OptionReader(section).read(options.described(), options); },
             searcher.options);
  refuse_foreign_options(section, *method);
  OptionReader(section).read(searcher_spec_options(), searcher);
  check_host(section, searcher.actor, searcher.node, "searcher");
}

}  // namespace troupe::actors
