#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <variant>

#include "actors/cli/commands.hpp"
#include "actors/cli/output.hpp"
#include "actors/cli/table.hpp"
#include "actors/counted.hpp"
#include "actors/sequence/sequence_file.hpp"
#include "actors/study_file/study_file.hpp"
#include "actors/study_file/study_spec.hpp"

namespace troupe::cli {
namespace {

using actors::StudySpec;
using schedulers::BracketOutline;
using schedulers::Resource;
using schedulers::RungOutline;
using schedulers::SyncRushOptions;
using Count = std::optional<std::uint64_t>;
using Judges = schedulers::SchedulerTraits::Judges;

Count trials_at_most(const StudySpec& spec) {
  Count most = spec.stop_criterion.max_num_trials_started;
  const auto space = spec.config_space.cardinality();
  if (!std::holds_alternative<schedulers::GridSearcherOptions>(spec.searcher.options) && space)
    most = std::min(most.value_or(*space), *space);
  return most;
}

/// Resource that the trials of each rung use above the rung below; none if unbounded.
std::vector<Count> costs(const BracketOutline& bracket) {
  std::vector<Count> costs;
  Resource below = 0;
  for (const RungOutline& rung : bracket.rungs) {
    Count cost;
    if (rung.trials_max)
      cost = *rung.trials_max * static_cast<std::uint64_t>(rung.resource - below);
    costs.push_back(cost);
    below = rung.resource;
  }
  return costs;
}

std::uint64_t total_cost(const BracketOutline& bracket) {
  std::uint64_t total = 0;
  for (const Count& cost : costs(bracket)) total += cost.value_or(0);
  return total;
}

Cell cell(const Count& count) {
  if (!count) return std::monostate{};
  return static_cast<std::int64_t>(*count);
}

/// A fraction with four decimals in a table for people, else unrounded.
Cell cell(const std::optional<double>& fraction, TableFormat format) {
  if (!fraction) return std::monostate{};
  if (format != TableFormat::table) return *fraction;
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", *fraction);
  return std::string(text);
}

Table table_of(const StudySpec& spec, const std::vector<BracketOutline>& brackets,
               TableFormat format) {
  const char* step =
      std::holds_alternative<SyncRushOptions>(spec.scheduler.options) ? "round" : "rung";
  Table table{.columns = {step, "resource", "fraction", "trials", "cost"}, .rows = {}};
  const bool several = brackets.size() > 1;
  if (several) table.columns.insert(table.columns.begin(), {"bracket", "share"});
  for (std::size_t b = 0; b < brackets.size(); ++b) {
    const auto& rungs = brackets[b].rungs;
    const auto rung_costs = costs(brackets[b]);
    for (std::size_t k = 0; k < rungs.size(); ++k) {
      const bool last = rungs[k].resource == spec.max_t;
      std::vector<Cell> row{last ? Cell(std::string("R")) : Cell(static_cast<std::int64_t>(k)),
                            rungs[k].resource, cell(rungs[k].fraction, format),
                            cell(rungs[k].trials_max), cell(rung_costs[k])};
      if (several)
        row.insert(row.begin(),
                   {Cell(static_cast<std::int64_t>(b)), cell(brackets[b].share, format)});
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

std::string cost_of_trials(const StudySpec& spec, const std::vector<BracketOutline>& brackets) {
  if (!spec.has_max_resource()) return "Each trial runs to the end of its program.\n";
  const Count trials = brackets.front().rungs.front().trials_max;
  if (!trials) return "How many trials there are is open: no max_num_trials_started.\n";
  std::uint64_t cost = 0;
  for (const BracketOutline& bracket : brackets) cost = std::max(cost, total_cost(bracket));
  return "At most " + actors::counted(cost, spec.resource_attr) + " in all, where running " +
         actors::counted(*trials, "trial") + " to the end takes " +
         std::to_string(*trials * static_cast<std::uint64_t>(spec.max_t)) + ".\n";
}

std::string about_synchronous(const StudySpec& spec, const std::vector<BracketOutline>& brackets) {
  std::uint64_t trials = 0, cost = 0;
  for (const BracketOutline& bracket : brackets) {
    trials += bracket.rungs.front().trials_max.value_or(0);
    cost += total_cost(bracket);
  }
  return "A rung is judged once it is full, and its best fill the next one. " +
         (brackets.size() == 1
              ? std::string("The bracket is run again and again; each time it takes ")
              : "The " + std::to_string(brackets.size()) +
                    " brackets are run in turn, again and again; all of them take ") +
         std::to_string(trials) + " trials and " + std::to_string(cost) + " of " +
         spec.resource_attr + ".\n";
}

std::string about_rounds(const StudySpec& spec, const SyncRushOptions& rush,
                         const BracketOutline& rounds) {
  return std::to_string(rounds.rungs.size()) + " rounds use " + std::to_string(total_cost(rounds)) +
         " of " + spec.resource_attr + " at most; the budget is " + std::to_string(rush.budget) +
         ". After each round those go on that are not behind the best incumbent, and no more than "
         "the next round has trials.\n";
}

std::string about_own_scheduler(const StudySpec& spec) {
  const auto& scheduler = spec.scheduler;
  if (scheduler.actor.empty()) return {};
  return "These are the rungs of the built-in " + std::string(scheduler.name) +
         "; decisions of actor " + scheduler.actor + " are not computed.\n";
}

std::string explanation(const StudySpec& spec, const std::vector<BracketOutline>& brackets) {
  const auto traits = schedulers::traits(spec.scheduler.options);
  if (const auto* rush = std::get_if<SyncRushOptions>(&spec.scheduler.options))
    return about_rounds(spec, *rush, brackets.front());
  if (traits.judges == Judges::full_rungs) return about_synchronous(spec, brackets);
  if (traits.judges == Judges::nothing)
    return "No trial is judged before its end.\n" + cost_of_trials(spec, brackets);
  std::string text;
  if (traits.rising_ceiling)
    text += "PASHA starts with the rungs up to " + spec.resource_attr + " " +
            std::to_string(make_scheduler(scheduler_options(spec)).value()->status().ceiling) +
            ", and unlocks the next one while the top two rank trials differently.\n";
  if (!spec.incumbents.empty() && traits.incumbents_set_hurdle)
    text += "A trial goes on only if it is also as good as the best of " +
            std::to_string(spec.incumbents.size()) + " incumbents there.\n";
  if (brackets.size() > 1)
    text +=
        "A new trial is in each bracket with the probability 'share'; each is counted as if all "
        "trials were in it.\n";
  text += cost_of_trials(spec, brackets);
  if (!brackets.front().rungs.front().trials_max) return text;
  return text +
         "Counted as if each rung were full before it is judged; trials that were ahead "
         "earlier may add to it.\n";
}

/// Rungs of all tasks, with the columns of the task that has most.
Table table_of(const actors::SequenceSpec& sequence, TableFormat format) {
  Table all{.columns = {}, .rows = {}};
  std::vector<std::pair<std::string, Table>> tables;
  for (const auto& task : sequence.tasks) {
    const auto brackets = outline(scheduler_options(task.spec), trials_at_most(task.spec));
    tables.emplace_back(task.name, table_of(task.spec, brackets, format));
    const auto& columns = tables.back().second.columns;
    if (columns.size() > all.columns.size()) all.columns = columns;
  }
  for (const auto& [name, table] : tables)
    for (const auto& row : table.rows) {
      std::vector<Cell> cells{name};
      for (const auto& column : all.columns) {
        const auto own = std::ranges::find(table.columns, column);
        cells.push_back(own == table.columns.end()
                            ? Cell{}
                            : row[static_cast<std::size_t>(own - table.columns.begin())]);
      }
      all.rows.push_back(std::move(cells));
    }
  all.columns.insert(all.columns.begin(), "task");
  return all;
}

int preview_sequence(const PreviewOptions& options) {
  const auto file = actors::read_sequence_file(options.study);
  print_problems(file.problems, Shown::errors_and_warnings);
  if (!file.spec) return exit_usage;
  std::fputs(to_text(table_of(*file.spec, options.format), options.format).c_str(), stdout);
  if (options.format == TableFormat::table)
    std::printf(
        "\nThe best of each task run first in those after it; where the scheduler has a hurdle, "
        "they set it.\n");
  return exit_ok;
}

}  // namespace

int preview(const PreviewOptions& options) {
  if (actors::is_sequence_file(options.study)) return preview_sequence(options);
  const auto file = actors::read_study_file(options.study);
  print_problems(file.problems, Shown::errors_and_warnings);
  if (!file.spec) return exit_usage;
  const auto brackets = outline(scheduler_options(*file.spec), trials_at_most(*file.spec));
  const Table table = table_of(*file.spec, brackets, options.format);
  std::fputs(to_text(table, options.format).c_str(), stdout);
  if (options.format == TableFormat::table)
    std::printf("\n%s%s", about_own_scheduler(*file.spec).c_str(),
                explanation(*file.spec, brackets).c_str());
  return exit_ok;
}

}  // namespace troupe::cli
