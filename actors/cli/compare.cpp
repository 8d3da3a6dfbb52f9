// `troupe compare`: runs several methods over recorded curves and seeds; prints a table of means,
// writes CSV files and charts.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actors/cli/commands.hpp"
#include "actors/cli/curves.hpp"
#include "actors/cli/output.hpp"
#include "actors/cli/study_folder.hpp"
#include "actors/cli/table.hpp"
#include "actors/results/files.hpp"
#include "actors/simulate/comparison.hpp"
#include "actors/simulate/simulation.hpp"
#include "actors/terminal/line.hpp"

namespace troupe::cli {

namespace fs = std::filesystem;
using actors::Comparison;
using actors::MethodRuns;
using actors::short_number;
using actors::SimulationOutcome;
using actors::SimulationPlan;

namespace {

constexpr const char* legend =
    "metric: of the configuration to retrain (not of the best model) after full training, as the\n"
    "table has it. time: of the search alone, from the first start to its end; training the "
    "choice\n"
    "further is in no method's time, and a method that starts one configuration only has chosen "
    "it\n"
    "at 0. @r: how many trials reported at resource r. Mean and standard deviation over the "
    "seeds.\n";

struct TimeUnit {
  const char* name;
  double seconds;
};

/// Unit for a table of times. Without recorded times a second is a unit of resource: no conversion.
TimeUnit unit_for(const Comparison& comparison, const actors::Table& table) {
  if (!table.has_time()) return {"s", 1};
  double most = 0;
  for (const auto& method : comparison.methods) most = std::max(most, method.seconds.mean);
  if (most > 2 * 3600) return {"h", 3600};
  if (most > 2 * 60) return {"min", 60};
  return {"s", 1};
}

std::string paper_table(const Comparison& comparison, const actors::Table& of) {
  const TimeUnit unit = unit_for(comparison, of);
  Table table{{"method", comparison.metric, std::string("time (") + unit.name + ")", "speed-up",
               "max resource"},
              {}};
  for (const auto level : comparison.levels) table.columns.push_back("@" + std::to_string(level));
  for (const auto& method : comparison.methods) {
    std::vector<Cell> row{
        method.name, plus_minus(method.final_metric), plus_minus(method.seconds, unit.seconds),
        method.speed_up > 0 ? short_number(method.speed_up) + "x" : std::string("-"),
        plus_minus(method.resource_max)};
    for (const double reports : method.reports) row.emplace_back(short_number(reports));
    table.rows.push_back(std::move(row));
  }
  std::string text = comparison.table + "\n" + to_text(table, TableFormat::table);
  for (const auto& method : comparison.methods)
    if (method.without_choice > 0)
      text +=
          method.name + ": " + std::to_string(method.without_choice) + " of " +
          std::to_string(method.runs) +
          " runs chose nothing, or what has no value in the table; they are not in its metric\n";
  return text;
}

/// Comparisons of all tables for programs: one line for each table and method.
Table plain_table(const std::vector<Comparison>& comparisons) {
  std::set<actors::Resource> levels;
  for (const auto& comparison : comparisons)
    levels.insert(comparison.levels.begin(), comparison.levels.end());
  Table table{{"table", "method", "metric", "runs", "metric_mean", "metric_std", "time_mean_s",
               "time_std_s", "speed_up", "max_resource_mean", "max_resource_std",
               "evaluations_mean", "resource_spent_mean"},
              {}};
  for (const auto level : levels)
    table.columns.push_back("reports_at_" + std::to_string(level) + "_mean");
  const auto number = [](double value) -> Cell {
    return std::isnan(value) ? Cell{} : Cell{rounded(value)};
  };
  for (const auto& comparison : comparisons)
    for (const auto& method : comparison.methods) {
      std::vector<Cell> row{comparison.table, method.name, comparison.metric,
                            static_cast<std::int64_t>(method.runs)};
      for (const double value : {method.final_metric.mean, method.final_metric.deviation,
                                 method.seconds.mean, method.seconds.deviation})
        row.push_back(number(value));
      row.push_back(method.speed_up > 0 ? number(method.speed_up) : Cell{});
      for (const double value : {method.resource_max.mean, method.resource_max.deviation,
                                 method.evaluations.mean, method.resource_spent.mean})
        row.push_back(number(value));
      for (const auto level : levels) {
        const auto found = std::ranges::find(comparison.levels, level);
        row.push_back(found == comparison.levels.end()
                          ? Cell{}
                          : number(method.reports.at(
                                static_cast<std::size_t>(found - comparison.levels.begin()))));
      }
      table.rows.push_back(std::move(row));
    }
  return table;
}

void add_runs(Table& table, const std::string& of, const std::vector<MethodRuns>& methods) {
  for (const auto& method : methods)
    for (const auto& run : method.runs) {
      std::vector<Cell> row{of, method.name, static_cast<std::int64_t>(run.seed)};
      if (run.chosen)
        row.insert(row.end(),
                   {static_cast<std::int64_t>(run.chosen->row), rounded(run.chosen->metric),
                    run.chosen->resource, rounded(run.chosen->final_metric)});
      else
        row.insert(row.end(), 4, Cell{});
      row.insert(
          row.end(),
          {rounded(actors::search_seconds(run)), static_cast<std::int64_t>(run.trials.started),
           static_cast<std::int64_t>(run.evaluations), run.resource_spent, run.resource_max});
      table.rows.push_back(std::move(row));
    }
}

struct Work {
  std::vector<SimulationPlan> plans;  ///< Ordered by table, then method, then seed.
  std::size_t seeds = 0;
};

Result<Work> all_work(const CompareOptions& options, const CurveTables& tables) {
  Work work;
  std::vector<MethodFile> methods;
  for (const auto& study : options.studies) {
    auto method = MethodFile::read(study);
    if (!method) return method.error();
    methods.push_back(std::move(method).value());
  }
  for (const auto& table : tables)
    for (auto& method : methods) {
      auto plans = plans_of(method, table, options.curves);
      if (!plans) return plans.error();
      work.seeds = plans->size();
      for (auto& plan : *plans) work.plans.push_back(std::move(plan));
    }
  return work;
}

/// Moves the outcomes of one table out of `outcomes`, grouped by method.
std::vector<MethodRuns> runs_of(std::vector<SimulationOutcome>& outcomes, std::size_t table,
                                const std::vector<std::string>& names, std::size_t seeds) {
  std::vector<MethodRuns> methods;
  std::size_t next = table * names.size() * seeds;
  for (const auto& name : names) {
    MethodRuns method{.name = name, .runs = {}};
    for (std::size_t i = 0; i < seeds; ++i) method.runs.push_back(std::move(outcomes[next++]));
    methods.push_back(std::move(method));
  }
  return methods;
}

}  // namespace

int compare_studies(const CompareOptions& options) {
  if (options.curves.permutations) return compare_sequences(options);
  const auto tables = open_tables(options.curves, UnreadableTable::is_skipped);
  if (!tables) return print_error(tables.error());
  const auto work = all_work(options, *tables);
  if (!work) return print_error(work.error());
  Result<std::vector<SimulationOutcome>> outcomes = std::vector<SimulationOutcome>{};
  {
    ProgressBar progress("comparing", work->plans.size());
    outcomes = actors::simulate_all(work->plans, jobs_of(options.curves),
                                    [&](std::size_t done) { progress.show(done); });
  }
  if (!outcomes) return print_error(outcomes.error());
  std::error_code failed;
  fs::create_directories(options.folder, failed);
  const auto names = method_names(options.studies);
  std::string text;
  std::vector<Comparison> comparisons;
  Table runs{
      {"table", "method", "seed", "config_id", "metric", "resource", "metric_at_full_training",
       "time_s", "trials", "evaluations", "resource_spent", "max_resource"},
      {}};
  for (std::size_t i = 0; i < tables->size(); ++i) {
    const auto& table = *tables->at(i);
    const auto methods = runs_of(*outcomes, i, names, work->seeds);
    comparisons.push_back(actors::compare_methods(table, methods));
    text += paper_table(comparisons.back(), table);
    if (!table.has_time()) text += "(the table has no times: a unit takes 1 s)\n";
    text += "\n";
    add_runs(runs, table.name(), methods);
    if (auto saved =
            actors::replace_file((fs::path(options.folder) / (table.name() + ".svg")).string(),
                                 actors::to_svg(actors::best_over_time(table, methods)));
        !saved)
      return print_error(saved.error());
  }
  const Table plain = plain_table(comparisons);
  if (auto saved = save_tables(options.folder, runs, plain); !saved)
    return print_error(saved.error());
  if (options.curves.format != TableFormat::table)
    return print(to_text(plain, options.curves.format));
  return print(text + legend + "Runs, summary and pictures: " + options.folder + "\n");
}

}  // namespace troupe::cli
