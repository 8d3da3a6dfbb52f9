#include "actors/study_file/read_scheduler.hpp"

#include <algorithm>
#include <array>

#include "actors/study_file/check_scheduler.hpp"
#include "actors/study_file/read_ranking.hpp"
#include "actors/study_file/resource_max.hpp"

namespace troupe::actors {
namespace {

using schedulers::Ceiling;
using schedulers::Resource;
using Name = SchedulerSpec::Name;
using Type = SchedulerSpec::Type;
using Hurdle = SchedulerSpec::Hurdle;

/// Names that other tools have.
constexpr std::array foreign_schedulers{std::string_view("mobster"),
                                        std::string_view("bohb"),
                                        std::string_view("dehb"),
                                        std::string_view("fifo"),
                                        std::string_view("median_stopping"),
                                        std::string_view("pbt")};

constexpr unsigned bit(Name name) {
  return 1U << static_cast<unsigned>(name);
}
constexpr unsigned asynchronous =
    bit(Name::asha) | bit(Name::pasha) | bit(Name::hyperband) | bit(Name::rush);
constexpr unsigned ladders =
    asynchronous | bit(Name::successive_halving) | bit(Name::synchronous_hyperband);

/// The schedulers that a key is for; `name`, `node` and `actor` are for all.
struct KeyUse {
  std::string_view key;
  unsigned names;
};
constexpr std::array key_uses{
    KeyUse{"type", asynchronous},
    KeyUse{"ceiling", bit(Name::rush)},
    KeyUse{"hurdle", bit(Name::asha) | bit(Name::pasha) | bit(Name::rush)},
    KeyUse{"grace_period", ladders},
    KeyUse{"reduction_factor", ladders | bit(Name::synchronous_rush)},
    KeyUse{"rung_increment", asynchronous},
    KeyUse{"rung_levels", asynchronous},
    KeyUse{"brackets", ladders},
    KeyUse{"own_rungs", bit(Name::hyperband)},
    KeyUse{"ranking", bit(Name::pasha) | bit(Name::rush)},
    KeyUse{"budget", bit(Name::synchronous_rush)},
    KeyUse{"arms", bit(Name::synchronous_rush)},
    KeyUse{"budget_rule", bit(Name::synchronous_rush)},
    KeyUse{"k", bit(Name::k_epoch)},
};

std::string text_of(Name name) {
  return std::string(enum_names(name)[static_cast<std::size_t>(name)]);
}

/// Reports keys that mean nothing to this scheduler.
bool fits(Section& section, Name name) {
  bool good = true;
  for (const auto& [key, names] : key_uses) {
    if (!section.has(key) || (names & bit(name)) != 0) continue;
    std::vector<std::string_view> users;
    for (std::size_t i = 0; i < enum_names(name).size(); ++i)
      if ((names & bit(static_cast<Name>(i))) != 0) users.push_back(enum_names(name)[i]);
    section.error(key, "'scheduler." + std::string(key) + "' means nothing to " + text_of(name) +
                           "; it is for " + joined(users) + ". Leave it out, or take one of these");
    good = false;
  }
  return good;
}

/// The name; Syne Tune's rush_stopping and rush_promotion are RUSH and a type.
std::optional<Name> read_name(Section& section, SchedulerSpec& scheduler) {
  const Member* member =
      section.require("name", "what decides which trials go on: asha, pasha, hyperband, rush, ...");
  const auto* text = member == nullptr ? nullptr : member->value.as<std::string>();
  if (text != nullptr && std::ranges::find(foreign_schedulers, *text) != foreign_schedulers.end()) {
    section.error("name", "the scheduler '" + *text + "' is not in this release; today there are " +
                              joined({enum_names(Name{}).begin(), enum_names(Name{}).end()}));
    return std::nullopt;
  }
  const auto name = section.one_of<Name>("name", {{"rush_stopping", "rush"},
                                                  {"rush_promotion", "rush"},
                                                  {"sync_hyperband", "synchronous_hyperband"},
                                                  {"sync_rush", "synchronous_rush"}});
  if (!name) return std::nullopt;
  scheduler.name = *name;
  // All but the asynchronous ones pause a trial where it is to be judged.
  const bool resumes = *name == Name::pasha || !is_asynchronous(*name) ||
                       (text != nullptr && *text == "rush_promotion");
  scheduler.type = resumes ? Type::promotion : Type::stopping;
  return name;
}

/// Syne Tune's names say the type already.
void check_rush_type(Section& section, std::optional<Type> type) {
  const auto* name = section.find("name")->value.as<std::string>();
  if (!type || name == nullptr || !name->starts_with("rush_")) return;
  const std::string said = name->substr(std::string_view("rush_").size());
  const std::string_view found = enum_names(Type{})[static_cast<std::size_t>(*type)];
  if (said != found)
    section.error("type", "'" + *name + "' says " + said + ", but 'scheduler.type' is " +
                              std::string(found) + "; write name: rush and the type you want");
}

void read_policies(Section& section, SchedulerSpec& scheduler) {
  const auto ceiling = section.one_of<Ceiling>("ceiling");
  scheduler.ceiling =
      scheduler.name == Name::pasha ? Ceiling::progressive : ceiling.value_or(Ceiling::fixed);
  if (ceiling == Ceiling::progressive) scheduler.type = Type::promotion;
  const auto type = section.one_of<Type>("type");
  check_rush_type(section, type);
  scheduler.type = type.value_or(scheduler.type);
  const auto hurdle = section.one_of<Hurdle>("hurdle");
  const bool rush = scheduler.name == Name::rush;
  // Without incumbents it is none.
  const bool may_have_one = scheduler.name != Name::hyperband;
  scheduler.hurdle = hurdle.value_or(may_have_one ? Hurdle::incumbents : Hurdle::none);
  if (rush && hurdle == Hurdle::none)
    section.error("hurdle",
                  "rush without its hurdle is asha (pasha, if the ceiling is progressive); write "
                  "that name, or leave 'hurdle' out");
  if (!section.has("ranking")) return;
  if (scheduler.ceiling == Ceiling::progressive)
    read_ranking(section, scheduler);
  else
    section.error("ranking",
                  "'scheduler.ranking' says when a progressive ceiling rises, but the ceiling is "
                  "fixed; add `ceiling: progressive`, or leave 'ranking' out");
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
  for (const char* ignored : {"grace_period", "reduction_factor", "rung_increment"})
    if (section.has(ignored))
      section.error(ignored, "'scheduler." + std::string(ignored) +
                                 "' has no meaning beside 'scheduler.rung_levels'; leave one out");
}

void read_brackets(Section& section, SchedulerSpec& scheduler) {
  constexpr std::int64_t brackets_max = 1'000'000;
  const auto brackets = section.whole("brackets", 1, brackets_max);
  if (!brackets) return;
  scheduler.brackets = static_cast<std::uint32_t>(*brackets);
  const Name name = scheduler.name;
  if (*brackets == 1 || name == Name::hyperband || name == Name::synchronous_hyperband) return;
  std::string why;
  if (scheduler.ceiling == Ceiling::progressive)
    why = "PASHA's ceiling works with one bracket only; leave 'brackets' out";
  else if (name == Name::rush || section.has("hurdle"))
    why =
        "RUSH's hurdle works with one bracket only: in others the incumbents skip the lowest "
        "rungs; leave 'brackets' out";
  else
    why = text_of(name) + " has one bracket; several are " +
          (name == Name::successive_halving ? "synchronous_hyperband" : "hyperband") +
          ". Take that name, or leave 'brackets' out";
  section.error("brackets", std::move(why));
}

void read_rungs(Section& section, SchedulerSpec& scheduler) {
  read_rung_levels(section, scheduler);
  scheduler.grace_period = section.whole("grace_period", 1, resource_max).value_or(1);
  scheduler.reduction_factor = section.any_number("reduction_factor").value_or(3);
  scheduler.rung_increment = section.whole("rung_increment", 1, resource_max);
  if (scheduler.rung_levels.empty() && scheduler.rung_increment && section.has("reduction_factor"))
    section.error("reduction_factor",
                  "'scheduler.reduction_factor' has no meaning beside 'scheduler.rung_increment', "
                  "which sets the rungs a fixed distance apart; leave one out");
  read_brackets(section, scheduler);
  scheduler.own_rungs = section.truth("own_rungs").value_or(false);
}

void read_budget(Section& section, SchedulerSpec& scheduler) {
  if (section.require("budget",
                      "the units of resource (epochs, say) that all arms may use together"))
    scheduler.budget = section.whole("budget", 1, resource_max).value_or(0);
  constexpr std::int64_t arms_max = 1'000'000;
  if (section.require("arms", "how many trials compete, the incumbents among them"))
    scheduler.arms = static_cast<std::uint64_t>(section.whole("arms", 2, arms_max).value_or(0));
  scheduler.budget_rule =
      section.one_of<schedulers::RushBudget>("budget_rule").value_or(scheduler.budget_rule);
  scheduler.reduction_factor = section.any_number("reduction_factor").value_or(3);
}

}  // namespace

void read_scheduler(Section& top, StudySpec& spec, MemoryFrom memory) {
  if (!top.require("scheduler",
                   "what decides which trials go on: `scheduler: {name: pasha}` or "
                   "`{name: asha}`"))
    return;
  Section section = top.section("scheduler", scheduler_keys());
  SchedulerSpec& scheduler = spec.scheduler;
  scheduler.node = section.text("node").value_or("");
  scheduler.actor = section.text("actor").value_or("");
  const auto name = read_name(section, scheduler);
  if (!name || !fits(section, *name)) return;
  if (is_asynchronous(*name)) read_policies(section, scheduler);
  if (has_ladder(*name)) read_rungs(section, scheduler);
  if (*name == Name::synchronous_rush) read_budget(section, scheduler);
  if (*name == Name::k_epoch && section.require("k", "the resource that every trial runs to"))
    scheduler.k = section.whole("k", 1, resource_max).value_or(1);
  // Rungs that wait for trials which may not start would never be judged.
  if (is_synchronous(*name) && !top.has("when_exhausted"))
    spec.when_exhausted = StudySpec::WhenExhausted::promote;
  // The choice is random, not the middle of everything.
  if (*name == Name::random_choice && !top.has("points_to_evaluate"))
    spec.points_to_evaluate.clear();
  check_scheduler(top, section, spec, memory);
}

}  // namespace troupe::actors
