// `troupe simulate`: plays a study over recorded curves, in virtual time.

#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "actors/cli/commands.hpp"
#include "actors/cli/curves.hpp"
#include "actors/cli/progress.hpp"
#include "actors/cli/simulate_sequence.hpp"
#include "actors/cli/study_folder.hpp"
#include "actors/cli/table.hpp"
#include "actors/cli/warm_heap.hpp"
#include "actors/sequence/sequence_file.hpp"
#include "actors/simulate/simulate_all.hpp"
#include "actors/simulate/spread.hpp"

namespace troupe::cli {

using actors::SimulationOutcome;
using actors::SimulationPlan;

namespace {

Cell number(double value) {
  return rounded(value);
}

Cell count(std::int64_t value) {
  return value;
}

std::vector<std::string> columns_for(const SimulationPlan& plan) {
  const std::string& metric = plan.spec->metric;
  return {"seed",   "config_id", metric,        "resource",       metric + "_at_full_training",
          "time_s", "trials",    "evaluations", "resource_spent", "max_resource"};
}

std::vector<Cell> row_of(const SimulationOutcome& outcome) {
  std::vector<Cell> row{count(static_cast<std::int64_t>(outcome.seed))};
  if (const auto& chosen = outcome.chosen) {
    row.insert(row.end(), {count(static_cast<std::int64_t>(chosen->row)), number(chosen->metric),
                           count(chosen->resource), number(chosen->final_metric)});
  } else {
    row.insert(row.end(), 4, Cell{});
  }
  row.insert(row.end(),
             {number(outcome.seconds), count(static_cast<std::int64_t>(outcome.trials.started)),
              count(static_cast<std::int64_t>(outcome.evaluations)), count(outcome.resource_spent),
              count(outcome.resource_max)});
  return row;
}

/// Mean and standard deviation of each column that is a result.
void add_summary(Table& table) {
  std::vector<Cell> means{std::string("mean")};
  std::vector<Cell> deviations{std::string("std")};
  for (std::size_t column = 1; column < table.columns.size(); ++column) {
    std::vector<double> numbers;
    for (const auto& row : table.rows) {
      if (const auto* real = std::get_if<double>(&row[column])) numbers.push_back(*real);
      if (const auto* whole = std::get_if<std::int64_t>(&row[column]))
        numbers.push_back(static_cast<double>(*whole));
    }
    const bool summed = column > 1 && !numbers.empty();  // A mean of row numbers means nothing.
    const actors::Spread spread = actors::spread_of(numbers);
    means.push_back(summed ? number(spread.mean) : Cell{});
    deviations.push_back(summed ? number(spread.deviation) : Cell{});
  }
  table.rows.push_back(std::move(means));
  table.rows.push_back(std::move(deviations));
}

std::string heading(const SimulationPlan& plan) {
  const auto& table = *plan.table;
  std::string text =
      plan.spec->name + " over " + table.name() + ": " + std::to_string(table.rows()) +
      " configurations, " + std::to_string(table.max_resource()) + " units, " +
      std::to_string(plan.spec->n_workers) + " workers; configurations are " +
      (plan.nearest ? "the nearest rows to what the searcher draws" : "rows of the table");
  if (!table.has_time()) text += "; the table has no times: a unit takes 1 s";
  return text + "\n";
}

}  // namespace

int simulate_study(const SimulateOptions& options) {
  constexpr std::size_t enough = 1 << 20;  // For a table of 512 configurations and 100 units.
  warm_heap(enough);
  auto method = MethodFile::read(options.study);
  if (!method) return complain(method.error());
  if (options.curves.permutations || options.curves.tables.size() > 1 ||
      actors::is_sequence(method->written()))
    return simulate_sequence_file(*method, options);
  const auto tables = open_tables(options.curves);
  if (!tables) return complain(tables.error());
  auto plans = plans_of(*method, tables->front(), options.curves);
  if (!plans) return complain(plans.error());
  if (!options.folder.empty())
    for (SimulationPlan& plan : *plans)
      plan.folder = plans->size() == 1 ? options.folder
                                       : options.folder + "/seed-" + std::to_string(plan.seed);
  Result<std::vector<SimulationOutcome>> outcomes = std::vector<SimulationOutcome>{};
  {
    Progress progress("simulating", plans->size());
    outcomes = actors::simulate_all(*plans, jobs_of(options.curves),
                                    [&](std::size_t done) { progress.show(done); });
  }
  if (!outcomes) return complain(outcomes.error());
  Table table{columns_for(plans->front()), {}};
  for (const SimulationOutcome& outcome : *outcomes) table.rows.push_back(row_of(outcome));
  if (table.rows.size() > 1) add_summary(table);
  const std::string text = to_text(table, options.curves.format);
  const bool for_people = options.curves.format == TableFormat::table;
  return print(for_people ? heading(plans->front()) + text : text);
}

}  // namespace troupe::cli
