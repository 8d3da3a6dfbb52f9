#include "actors/study_file/check_scheduler.hpp"

#include <algorithm>
#include <array>

#include "actors/study_file/spec_options.hpp"

namespace troupe::actors {
namespace {

using schedulers::Ceiling;
using Name = SchedulerSpec::Name;
using Hurdle = SchedulerSpec::Hurdle;

/// Whether the file says that there should be a hurdle.
bool asks_for_hurdle(const Section& section, const SchedulerSpec& scheduler) {
  return scheduler.name == Name::rush || scheduler.name == Name::synchronous_rush ||
         (section.has("hurdle") && scheduler.hurdle == Hurdle::incumbents);
}

/// How far the paper's recommendations are met: at least five rungs, R at least 100 r.
void advise(Section& section, const StudySpec& spec) {
  if (!has_ladder(spec.scheduler.name)) return;
  const auto rungs = outline(scheduler_options(spec), std::nullopt).front().rungs;
  const std::size_t below = rungs.size() - 1;
  const auto lowest = rungs.front().resource;
  if (below < 5)
    section.warning("name", "there are " + std::to_string(below) +
                                " rungs below the maximum resource " + std::to_string(spec.max_t) +
                                "; five or more are recommended (a larger maximum, a smaller "
                                "grace_period or reduction_factor)");
  if (spec.max_t < 100 * lowest)
    section.warning("name", "the maximum resource " + std::to_string(spec.max_t) +
                                " is less than 100 times the lowest rung " +
                                std::to_string(lowest) +
                                ", which is recommended: there is little to save");
}

/// Whether the numbers make sense together.
bool check_numbers(Section& top, Section& section, const StudySpec& spec) {
  if (spec.max_t < 1) return false;  // Reported already.
  const SchedulerSpec& scheduler = spec.scheduler;
  if (scheduler.name == Name::k_epoch && scheduler.k > spec.max_t) {
    section.error("k", "'scheduler.k' is " + std::to_string(scheduler.k) +
                           ", more than the maximum resource " + std::to_string(spec.max_t) +
                           "; a smaller k, or a larger maximum");
    return false;
  }
  if (scheduler.name == Name::synchronous_rush && (scheduler.budget == 0 || scheduler.arms == 0))
    return false;  // Reported already.
  const auto problems = schedulers::problems(scheduler_options(spec));
  for (const auto& problem : problems) {
    if (problem.option.starts_with("ranking.")) continue;  // The same.
    const auto is_key = [&](const Key& key) { return key.name == problem.option; };
    if (std::ranges::any_of(scheduler_keys().keys, is_key))
      section.error(problem.option, problem.what);
    else if (problem.option != "max_resource")
      section.error("name", problem.what);
    else if (section.has("grace_period"))
      section.error("grace_period", problem.what);
    else
      top.error(top.has("max_t") ? "max_t" : "max_resource_attr", problem.what);
  }
  return problems.empty();
}

void check_incumbents(Section& top, Section& section, const StudySpec& spec, MemoryFrom memory) {
  const SchedulerSpec& scheduler = spec.scheduler;
  if (!spec.searcher.actor.empty() && !spec.incumbents.empty())
    return top.error("incumbents",
                     "incumbents are suggested by our own searchers; with 'searcher.actor' nobody "
                     "can know which trials they are");
  const bool remembers = spec.memory || memory == MemoryFrom::command_line;
  if (!spec.incumbents.empty() || remembers || !asks_for_hurdle(section, scheduler)) return;
  const std::string what = scheduler.name == Name::synchronous_rush
                               ? "successive halving with a budget"
                           : scheduler.ceiling == Ceiling::progressive ? "plain PASHA"
                                                                       : "plain ASHA";
  section.warning(
      section.has("hurdle") ? "hurdle" : "name",
      "there are no incumbents and so no hurdle: this is " + what +
          "; give `incumbents:`, the best configurations of earlier tasks, or a `memory:` of them");
}

/// The arms of a budgeted method need configurations, and leave to start.
void check_arms(Section& section, const StudySpec& spec) {
  if (spec.scheduler.name != Name::synchronous_rush) return;
  const std::uint64_t arms = spec.scheduler.arms;
  if (arms > 0 && spec.incumbents.size() == arms)  // Of more the core complains.
    section.error("arms", "'scheduler.arms' is " + std::to_string(arms) +
                              ", and there are as many incumbents: no new trial would run; take "
                              "more arms");
  if (const auto count = spec.config_space.cardinality(); count && *count < arms)
    section.error("arms", "'scheduler.arms' is " + std::to_string(arms) +
                              ", but config_space has no more than " + std::to_string(*count) +
                              " configurations; take fewer arms");
  if (const auto most = spec.stop_criterion.max_num_trials_started; most && *most < arms)
    section.error("arms", "'scheduler.arms' is " + std::to_string(arms) +
                              ", but the study ends after " + std::to_string(*most) +
                              " trials (max_num_trials_started); leave that out: the budget ends "
                              "the study");
}

std::string proper_name(const SchedulerSpec& scheduler) {
  return scheduler.name == Name::pasha
             ? "PASHA"
             : std::string(enum_names(scheduler.name)[static_cast<std::size_t>(scheduler.name)]);
}

void check_end(Section& top, Section& section, const StudySpec& spec) {
  const SchedulerSpec& scheduler = spec.scheduler;
  if (scheduler.name == Name::synchronous_rush || scheduler.name == Name::random_choice) return;
  const Member* criterion = top.find("stop_criterion");
  if (criterion != nullptr && !criterion->value.members.empty()) return;
  const bool rises = scheduler.ceiling == Ceiling::progressive;
  const bool finite =
      spec.config_space.cardinality() || spec.searcher.name == SearcherSpec::Name::grid;
  const bool anytime = is_asynchronous(scheduler.name) && !rises;
  if (!rises && finite) return;
  if (anytime)
    section.warning("name", "there is no stop_criterion: the study runs until it is interrupted");
  else
    section.error("name", proper_name(scheduler) +
                              (rises && scheduler.name != Name::pasha
                                   ? " under a progressive ceiling never ends by itself"
                                   : " never ends by itself") +
                              ": give a stop_criterion, such as `stop_criterion: "
                              "{max_num_trials_started: 100}` (keys: max_wallclock_time, "
                              "max_num_trials_started, ...)");
}

}  // namespace

void check_scheduler(Section& top, Section& section, const StudySpec& spec, MemoryFrom memory) {
  if (check_numbers(top, section, spec)) advise(section, spec);
  check_incumbents(top, section, spec, memory);
  check_arms(section, spec);
  check_end(top, section, spec);
}

}  // namespace troupe::actors
