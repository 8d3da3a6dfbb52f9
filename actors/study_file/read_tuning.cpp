#include "actors/study_file/read_tuning.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "actors/study_file/read_domain.hpp"
#include "actors/study_file/spec_options.hpp"

namespace troupe::actors {
namespace {

using schedulers::Constant;
using schedulers::Resource;

constexpr Resource resource_max = Resource{1} << 53;

/// Names that a later release will know, or that other tools have.
constexpr std::array later_schedulers{std::string_view("hyperband"),
                                      std::string_view("sync_hyperband"),
                                      std::string_view("synchronous_hyperband"),
                                      std::string_view("successive_halving"),
                                      std::string_view("rush"),
                                      std::string_view("rush_stopping"),
                                      std::string_view("rush_promotion"),
                                      std::string_view("mobster"),
                                      std::string_view("bohb"),
                                      std::string_view("dehb"),
                                      std::string_view("fifo"),
                                      std::string_view("median_stopping"),
                                      std::string_view("pbt")};
constexpr std::array later_searchers{std::string_view("mobster"), std::string_view("bayesopt"),
                                     std::string_view("gp"), std::string_view("kde"),
                                     std::string_view("tpe")};

/// Reports a name that this release does not run although people know it; true if so.
bool refuse_later_name(Section& section, std::string_view what,
                       std::span<const std::string_view> later, std::string_view today) {
  const Member* name = section.find("name");
  const auto* text = name == nullptr ? nullptr : name->value.as<std::string>();
  if (text == nullptr || std::ranges::find(later, *text) == later.end()) return false;
  section.error("name", "the " + std::string(what) + " '" + *text +
                            "' is not in this release; today there are " + std::string(today));
  return true;
}

void read_rung_levels(Section& section, SchedulerSpec& scheduler) {
  const Member* member = section.find("rung_levels");
  if (member == nullptr) return;
  for (const Element& item : member->value.items) {
    const auto* level = item.as<std::int64_t>();
    if (level == nullptr || *level < 1 || *level > resource_max)
      return section.error("rung_levels",
                           "a rung level must be a whole number above 0; found " + describe(item));
    scheduler.rung_levels.push_back(*level);
  }
  if (scheduler.rung_levels.empty())
    return section.error(
        "rung_levels",
        "'scheduler.rung_levels' must be a list, such as [1, 3, 9]; found " +
            std::string(member->value.items.empty() && member->value.kind == Element::Kind::sequence
                            ? "an empty list"
                            : describe(member->value)));
  for (const char* ignored : {"grace_period", "reduction_factor"})
    if (section.has(ignored))
      section.error(ignored, "'scheduler." + std::string(ignored) +
                                 "' has no meaning beside 'scheduler.rung_levels'; leave one out");
}

/// How far the paper's recommendations are met: at least five rungs, R at least 100 r.
void advise(Section& section, const StudySpec& spec) {
  const auto levels = schedulers::rung_levels(halving_options(spec));
  if (levels.size() < 5)
    section.warning("name", "there are " + std::to_string(levels.size()) +
                                " rungs below the maximum resource " + std::to_string(spec.max_t) +
                                "; five or more are recommended (a larger maximum, a smaller "
                                "grace_period or reduction_factor)");
  if (spec.max_t < 100 * levels.front())
    section.warning("name", "the maximum resource " + std::to_string(spec.max_t) +
                                " is less than 100 times the lowest rung " +
                                std::to_string(levels.front()) +
                                ", which is recommended: there is little to save");
}

void check_ladder(Section& top, Section& section, const StudySpec& spec) {
  if (spec.max_t < 1) return;  // Reported already.
  const auto problems = schedulers::problems(halving_options(spec));
  for (const auto& problem : problems) {
    if (problem.option != "max_resource")
      section.error(problem.option, problem.what);
    else if (section.has("grace_period"))
      section.error("grace_period", problem.what);
    else
      top.error(top.has("max_t") ? "max_t" : "max_resource_attr", problem.what);
  }
  if (problems.empty()) advise(section, spec);
}

void check_end(Section& top, Section& section, const StudySpec& spec) {
  const Member* criterion = top.find("stop_criterion");
  if (criterion != nullptr && !criterion->value.members.empty()) return;
  if (spec.scheduler.name == SchedulerSpec::Name::pasha)
    section.error("name",
                  "PASHA never ends by itself: give a stop_criterion, such as "
                  "`stop_criterion: {max_num_trials_started: 100}` (keys: max_wallclock_time, "
                  "max_num_trials_started, ...)");
  else if (!spec.config_space.cardinality())
    section.warning("name", "there is no stop_criterion: the study runs until it is interrupted");
}

}  // namespace

void read_max_resource(Section& top, const std::vector<std::string_view>& declared,
                       StudySpec& spec) {
  const auto max_t = top.whole("max_t", 1, resource_max);
  spec.max_t = max_t.value_or(0);
  const auto name = top.text("max_resource_attr");
  if (!top.has("max_resource_attr") && !top.has("max_t"))
    (void)top.require("max_t",
                      "the most resource (epochs, say) that a trial may use; or "
                      "max_resource_attr, the constant of config_space that says so");
  if (!name) return;
  spec.max_resource_attr = *name;
  if (std::ranges::find(declared, *name) == declared.end())
    return top.error("max_resource_attr", "'max_resource_attr' names '" + *name +
                                              "', which is no parameter of config_space" +
                                              suggestion(*name, declared, "parameters"));
  const auto* parameter = spec.config_space.find(*name);
  if (parameter == nullptr) return;  // Its domain was reported already.
  const auto* constant = std::get_if<Constant>(&parameter->domain);
  const auto* value = constant ? std::get_if<std::int64_t>(&constant->value) : nullptr;
  if (value == nullptr || *value < 1 || *value > resource_max)
    return top.error("max_resource_attr",
                     "'max_resource_attr' must name a constant that is a whole number above 0, "
                     "such as `" +
                         *name + ": 81`; '" + *name + "' is " + to_text(parameter->domain));
  spec.max_t = *value;
  if (!max_t || *max_t == *value) return;
  spec.max_t = 0;  // Nobody knows: no advice is built on it.
  top.error("max_t", "'max_t' is " + std::to_string(*max_t) + ", but '" + *name +
                         "' (max_resource_attr) is " + std::to_string(*value) + "; leave one out");
}

void read_stop_criterion(Section& top, StudySpec& spec) {
  Section section = top.section("stop_criterion", stop_criterion_keys());
  StopCriterion& stop = spec.stop_criterion;
  const auto count = [&](std::string_view key) -> std::optional<std::uint64_t> {
    const auto number = section.whole(key, 1);
    if (!number) return std::nullopt;
    return static_cast<std::uint64_t>(*number);
  };
  stop.max_wallclock_time = section.number_above("max_wallclock_time", 0);
  stop.max_num_trials_started = count("max_num_trials_started");
  stop.max_num_trials_completed = count("max_num_trials_completed");
  stop.max_num_trials_finished = count("max_num_trials_finished");
  stop.max_num_evaluations = count("max_num_evaluations");
  stop.max_cost = section.number_above("max_cost", 0);
  stop.max_metric_value = section.any_number("max_metric_value");
  stop.min_metric_value = section.any_number("min_metric_value");
}

void read_scheduler(Section& top, StudySpec& spec) {
  if (!top.require("scheduler",
                   "what decides which trials go on: `scheduler: {name: pasha}` or "
                   "`{name: asha}`"))
    return;
  Section section = top.section("scheduler", scheduler_keys());
  SchedulerSpec& scheduler = spec.scheduler;
  using Name = SchedulerSpec::Name;
  if (refuse_later_name(section, "scheduler", later_schedulers, "asha and pasha")) return;
  if (!section.require("name", "asha or pasha")) return;
  const auto name = section.one_of<Name>("name");
  scheduler.name = name.value_or(Name::asha);
  using Type = SchedulerSpec::Type;
  scheduler.type = section.one_of<Type>("type").value_or(
      scheduler.name == Name::pasha ? Type::promotion : Type::stopping);
  read_rung_levels(section, scheduler);
  scheduler.grace_period = section.whole("grace_period", 1, resource_max).value_or(1);
  scheduler.reduction_factor = section.any_number("reduction_factor").value_or(3);
  scheduler.node = section.text("node").value_or("");
  scheduler.actor = section.text("actor").value_or("");
  if (section.whole("brackets", 1).value_or(1) > 1)
    section.error("brackets", scheduler.name == Name::pasha
                                  ? "PASHA works with one bracket only; leave 'brackets' out"
                                  : "more than one bracket (asynchronous Hyperband) is not in this "
                                    "release; leave 'brackets' out");
  if (!name) return;
  check_ladder(top, section, spec);
  check_end(top, section, spec);
}

void read_searcher(Section& top, StudySpec& spec) {
  Section section = top.section("searcher", searcher_keys());
  SearcherSpec& searcher = spec.searcher;
  if (refuse_later_name(section, "searcher", later_searchers, "random, grid and sobol")) return;
  if (top.has("searcher")) (void)section.require("name", "random, grid or sobol");
  searcher.name = section.one_of<SearcherSpec::Name>("name").value_or(SearcherSpec::Name::random);
  constexpr std::int64_t samples_max = 10'000;
  searcher.num_samples =
      static_cast<std::uint32_t>(section.whole("num_samples", 1, samples_max).value_or(5));
  if (section.has("num_samples") && searcher.name != SearcherSpec::Name::grid)
    section.error("num_samples", "'searcher.num_samples' is for the searcher grid");
  searcher.node = section.text("node").value_or("");
  searcher.actor = section.text("actor").value_or("");
}

}  // namespace troupe::actors
