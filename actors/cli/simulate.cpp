// `troupe simulate`: runs a study over recorded curves in virtual time.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <malloc.h>
#include <sys/mman.h>

#include "actors/cli/commands.hpp"
#include "actors/cli/curves.hpp"
#include "actors/cli/output.hpp"
#include "actors/cli/study_folder.hpp"
#include "actors/cli/table.hpp"
#include "actors/sequence/sequence_file.hpp"
#include "actors/simulate/simulation.hpp"
#include "actors/simulate/statistics.hpp"

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

/// Adds rows with the mean and the standard deviation of each result column.
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
    const bool summed = column > 1 && !numbers.empty();  // Column 1 holds row numbers.
    const actors::Spread spread = actors::spread_of(numbers);
    means.push_back(summed ? number(spread.mean) : Cell{});
    deviations.push_back(summed ? number(spread.deviation) : Cell{});
  }
  table.rows.push_back(std::move(means));
  table.rows.push_back(std::move(deviations));
}

/// Brings the next `bytes` of the heap into memory at once, and lets the heap keep freed blocks.
/// Page by page, at their first use, takes several times as long, which matters to a command of a
/// few milliseconds. Does nothing where the system cannot.
void prefault_heap(std::size_t bytes) {
  constexpr int kept_max = 64 << 20;  // Bytes.
  constexpr std::uintptr_t page = 4096;
  (void)::mallopt(M_MMAP_THRESHOLD, kept_max);
  (void)::mallopt(M_TRIM_THRESHOLD, kept_max);
  void* block = std::malloc(bytes);
  const auto begin = (reinterpret_cast<std::uintptr_t>(block) + page - 1) / page * page;
  const auto end = (reinterpret_cast<std::uintptr_t>(block) + bytes) / page * page;
  if (block != nullptr && end > begin)
    (void)::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_POPULATE_WRITE);
  std::free(block);
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
  // Bytes: enough for a table of 512 configurations and 100 units.
  prefault_heap(std::size_t{1} << 20);
  auto method = MethodFile::read(options.study);
  if (!method) return print_error(method.error());
  if (options.curves.permutations || options.curves.tables.size() > 1 ||
      actors::is_sequence(method->written()))
    return simulate_sequence_file(*method, options);
  const auto tables = open_tables(options.curves, UnreadableTable::is_an_error);
  if (!tables) return print_error(tables.error());
  auto plans = plans_of(*method, tables->front(), options.curves);
  if (!plans) return print_error(plans.error());
  if (!options.folder.empty())
    for (SimulationPlan& plan : *plans)
      plan.folder = plans->size() == 1 ? options.folder
                                       : options.folder + "/seed-" + std::to_string(plan.seed);
  Result<std::vector<SimulationOutcome>> outcomes = std::vector<SimulationOutcome>{};
  {
    ProgressBar progress("simulating", plans->size());
    outcomes = actors::simulate_all(*plans, jobs_of(options.curves),
                                    [&](std::size_t done) { progress.show(done); });
  }
  if (!outcomes) return print_error(outcomes.error());
  Table table{columns_for(plans->front()), {}};
  for (const SimulationOutcome& outcome : *outcomes) table.rows.push_back(row_of(outcome));
  if (table.rows.size() > 1) add_summary(table);
  const std::string text = to_text(table, options.curves.format);
  const bool for_people = options.curves.format == TableFormat::table;
  return print(for_people ? heading(plans->front()) + text : text);
}

}  // namespace troupe::cli
