#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schedulers/events.hpp"
#include "schedulers/mode.hpp"
#include "schedulers/option.hpp"

namespace troupe::schedulers {

// What each scheduler tells about itself. A scheduler consists of a struct of options, a class that
// implements Scheduler, and these functions, overloaded for the struct of options:
//   Options::described()          static; the descriptions of its options
//   Options::methods()            static; the names under which a study file selects it
//   problems(options)             every problem with the options
//   make(options)                 a new scheduler
//   outline(options, trials_max)  its brackets and rungs
//   traits(options)               what the rest of a study needs to know of it
//   apply_study(study, options)         fills in what the study decides
//   resolve(options, given)       problems between keys of the study file; defaults that depend
//                                 on other keys
//   problems(options, study)      problems with the rest of the study
// scheduler_options.hpp lists the structs of options; that line registers a scheduler.

/// What a study decides for every scheduler.
struct StudyTerms {
  Mode mode = Mode::min;
  Resource max_resource = 0;  ///< R. Below 1: unknown, because the study file has errors.
  EarlyExit on_early_exit = EarlyExit::hold;
  std::uint64_t seed = 0;
  std::vector<TrialId> incumbents{};
  std::optional<std::uint64_t> configurations{};  ///< In the space; none: infinitely many.
  std::optional<std::uint64_t> trials_max{};      ///< The study starts no more; none: no bound.
};

/// The keys of a study file's scheduler section.
struct GivenOptions {
  std::string_view method{};           ///< The name of the method.
  std::string_view written{};          ///< The name as the user wrote it; may be a synonym.
  std::vector<std::string> keys{};     ///< Given; "ranking.p" for a key of a nested section.
  std::vector<std::string> refused{};  ///< Given, but with a value that cannot be used.

  [[nodiscard]] bool has(std::string_view key) const;
  /// Whether the key was given with a usable value.
  [[nodiscard]] bool has_value(std::string_view key) const;
};

/// What the rest of a study needs to know of a scheduler.
struct SchedulerTraits {
  enum class Judges {
    each_report,  ///< Asynchronous.
    full_rungs,   ///< Synchronous.
    nothing,      ///< Every trial runs equally long.
  };
  /// When the study ends without a stop criterion.
  enum class Ends {
    by_itself,
    after_the_last_trial,  ///< Once no new trial can start: in a finite space, or with a grid.
    never,
  };
  Judges judges = Judges::each_report;
  Ends ends = Ends::after_the_last_trial;
  bool pauses = false;  ///< Programs are told the milestone, not the maximum resource.
  bool rising_ceiling = false;
  bool has_ladder = false;    ///< Rungs lie between grace_period and R.
  bool single_trial = false;  ///< One trial, whose configuration is drawn.
  bool incumbents_set_hurdle = false;
  /// If the study was asked for a hurdle: what the method is without incumbents.
  std::string_view without_incumbents{};
};

/// A rung as `troupe preview` shows it.
struct RungOutline {
  Resource resource = 0;
  std::optional<double> fraction{};           ///< Of its trials that go on; none at the top.
  std::optional<std::uint64_t> trials_max{};  ///< Trials that reach it; none: no bound.
};

struct BracketOutline {
  /// Fraction of the new trials that are in this bracket; of the brackets, if synchronous.
  double share = 1;
  std::vector<RungOutline> rungs{};  ///< Lowest first; at the last one trials end.
};

/// A rung of a synchronous bracket: how many trials run to which resource.
struct RungSize {
  Resource resource = 0;
  std::uint64_t places = 0;
  friend bool operator==(const RungSize&, const RungSize&) = default;
};

/// The outline of a synchronous bracket. `sizes`: lowest rung first.
[[nodiscard]] BracketOutline outline_of(const std::vector<RungSize>& sizes, double share);

}  // namespace troupe::schedulers
