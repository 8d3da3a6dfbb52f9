// `troupe simulate` and `troupe compare` over sequences: tables are tasks, in drawn orders.

#include <cmath>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actors/cli/curves.hpp"
#include "actors/cli/output.hpp"
#include "actors/cli/study_folder.hpp"
#include "actors/cli/table.hpp"
#include "actors/results/files.hpp"
#include "actors/sequence/sequence_file.hpp"
#include "actors/sequence/simulated_sequence.hpp"
#include "actors/simulate/simulated_study.hpp"
#include "actors/simulate/statistics.hpp"
#include "actors/terminal/line.hpp"

namespace troupe::cli {

namespace fs = std::filesystem;
using actors::Resource;
using actors::SequenceRun;
using actors::SequenceSimulation;
using actors::short_number;
using actors::SimulationOutcome;
using actors::Spread;

namespace {

using Runs = std::vector<SequenceRun>;

Result<SequenceSimulation> simulation_of(MethodFile& method, const CurveTables& tables,
                                         const CurveOptions& options) {
  const auto simulated = actors::simulated_tasks(method.written(), tables.size());
  if (!simulated) return simulated.error();
  SequenceSimulation sequence{.tasks = {}, .remembers = simulated->remembers};
  for (std::size_t i = 0; i < tables.size(); ++i) {
    auto plan = method.plan(simulated->tasks[i], tables[i], options);
    if (!plan) return plan.error();
    sequence.tasks.push_back(std::move(plan).value());
  }
  return sequence;
}

Result<std::vector<Runs>> simulated(const std::vector<SequenceSimulation>& sequences,
                                    const CurveOptions& options, const char* doing) {
  const std::uint64_t permutations = options.permutations.value_or(1);
  ProgressBar progress(doing, sequences.size() * permutations);
  return actors::simulate_sequences(sequences, permutations, jobs_of(options),
                                    [&](std::size_t done) { progress.show(done); });
}

/// Mean and deviation over runs of a number of the outcome at one place; NaN does not count.
template <typename Number>
Spread spread(const Runs& runs, std::size_t place, Number number) {
  std::vector<double> numbers;
  for (const auto& run : runs) {
    const double value = number(run, place);
    if (!std::isnan(value)) numbers.push_back(value);
  }
  return actors::spread_of(numbers);
}

double final_metric(const SequenceRun& run, std::size_t place) {
  const auto& chosen = run.outcomes[place].chosen;
  return chosen ? chosen->final_metric : std::nan("");
}
double seconds_of(const SequenceRun& run, std::size_t place) {
  return run.outcomes[place].seconds;
}
double evaluations(const SequenceRun& run, std::size_t place) {
  return static_cast<double>(run.outcomes[place].evaluations);
}
double incumbents(const SequenceRun& run, std::size_t place) {
  return static_cast<double>(run.incumbents[place]);
}

/// Mean over the tasks of one run of the metric of the choice after full training.
double mean_metric(const SequenceRun& run) {
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t place = 0; place < run.outcomes.size(); ++place) {
    const double value = final_metric(run, place);
    if (std::isnan(value)) continue;
    sum += value;
    ++count;
  }
  return count == 0 ? std::nan("") : sum / static_cast<double>(count);
}
template <typename Number>
double sum_over(const SequenceRun& run, Number number) {
  double sum = 0;
  for (std::size_t place = 0; place < run.outcomes.size(); ++place) sum += number(run, place);
  return sum;
}
double reports_at(const SequenceRun& run, Resource level) {
  double sum = 0;
  for (const auto& outcome : run.outcomes)
    if (static_cast<std::size_t>(level) < outcome.reports.size())
      sum += static_cast<double>(outcome.reports[static_cast<std::size_t>(level)]);
  return sum;
}

/// Summary of a method: sums over the tasks of a run, then mean and deviation over permutations.
struct Method {
  std::string name;
  Spread metric, seconds, evaluations, resource;
  std::vector<double> reports;  ///< Mean number of trials that reported at each level.
};

Method method_of(std::string name, const Runs& runs, const std::vector<Resource>& levels) {
  const auto over = [&](auto number) {
    std::vector<double> numbers;
    for (const auto& run : runs) numbers.push_back(number(run));
    return actors::spread_of(numbers);
  };
  Method method{.name = std::move(name),
                .metric = over(mean_metric),
                .seconds = over([](const auto& run) { return sum_over(run, seconds_of); }),
                .evaluations = over([](const auto& run) { return sum_over(run, evaluations); }),
                .resource = over([](const auto& run) {
                  return sum_over(run, [](const SequenceRun& one, std::size_t place) {
                    return static_cast<double>(one.outcomes[place].resource_spent);
                  });
                }),
                .reports = {}};
  for (const Resource level : levels)
    method.reports.push_back(over([&](const auto& run) { return reports_at(run, level); }).mean);
  return method;
}

std::vector<Resource> levels_of(const std::vector<SequenceSimulation>& sequences) {
  Resource most = 1;
  for (const auto& sequence : sequences)
    for (const auto& task : sequence.tasks) most = std::max(most, task.spec->max_t);
  std::vector<Resource> levels;
  for (Resource level = 1; level < most; level *= 3) levels.push_back(level);
  levels.push_back(most);
  return levels;
}

Table comparison_table(const std::vector<Method>& methods, const std::vector<Resource>& levels,
                       const std::string& metric, bool for_people) {
  const auto cells = [&](std::vector<Cell>& row, const Spread& spread) {
    if (for_people) {
      row.emplace_back(plus_minus(spread));
    } else {
      row.emplace_back(rounded(spread.mean));
      row.emplace_back(rounded(spread.deviation));
    }
  };
  Table table;
  if (for_people)
    table.columns = {"method", metric, "time (s)", "time gained", "evaluations", "resource"};
  else
    table.columns = {"method",        "metric_mean", "metric_std",       "time_mean_s",
                     "time_std_s",    "time_gained", "evaluations_mean", "evaluations_std",
                     "resource_mean", "resource_std"};
  for (const Resource level : levels)
    table.columns.push_back((for_people ? "@" : "reports_at_") + std::to_string(level));
  for (const auto& method : methods) {
    std::vector<Cell> row{method.name};
    cells(row, method.metric);
    cells(row, method.seconds);
    const double gained = 1 - method.seconds.mean / methods.front().seconds.mean;
    if (for_people)
      row.emplace_back(short_number(100 * gained) + " %");
    else
      row.emplace_back(rounded(gained));
    cells(row, method.evaluations);
    cells(row, method.resource);
    for (const double reports : method.reports)
      row.push_back(for_people ? Cell{short_number(reports)} : Cell{rounded(reports)});
    table.rows.push_back(std::move(row));
  }
  return table;
}

/// Table with a line for each task of each run.
Table all_runs(const std::vector<std::string>& names, const std::vector<Runs>& all,
               const CurveTables& tables) {
  Table table{{"method", "permutation", "place", "table", "incumbents", "config_id",
               "metric_at_full_training", "time_s", "trials", "evaluations", "resource_spent",
               "max_resource"},
              {}};
  for (std::size_t m = 0; m < all.size(); ++m)
    for (std::size_t p = 0; p < all[m].size(); ++p)
      for (std::size_t place = 0; place < all[m][p].outcomes.size(); ++place) {
        const SequenceRun& run = all[m][p];
        const SimulationOutcome& outcome = run.outcomes[place];
        Cell row;
        Cell metric;
        if (outcome.chosen) {
          row = static_cast<std::int64_t>(outcome.chosen->row);
          metric = rounded(outcome.chosen->final_metric);
        }
        table.rows.push_back(
            {names[m], static_cast<std::int64_t>(p), static_cast<std::int64_t>(place + 1),
             tables[run.order[place]]->name(), static_cast<std::int64_t>(run.incumbents[place]),
             row, metric, rounded(outcome.seconds),
             static_cast<std::int64_t>(outcome.trials.started),
             static_cast<std::int64_t>(outcome.evaluations), outcome.resource_spent,
             outcome.resource_max});
      }
  return table;
}

Result<void> save_pictures(const std::string& folder, const CurveTables& tables,
                           const std::vector<std::string>& names, std::vector<Runs> all) {
  std::vector<actors::SequenceMethod> methods;
  for (std::size_t i = 0; i < names.size(); ++i) methods.push_back({names[i], std::move(all[i])});
  for (const auto& [name, chart] :
       {std::pair{"metric.svg", actors::regret_by_place(tables, methods)},
        std::pair{"time.svg", actors::time_by_place(tables, methods)}})
    if (auto saved =
            actors::replace_file((fs::path(folder) / name).string(), actors::to_svg(chart));
        !saved)
      return saved;
  return {};
}

}  // namespace

int simulate_sequence_file(MethodFile& method, const SimulateOptions& options) {
  const auto tables = open_tables(options.curves, UnreadableTable::is_an_error);
  if (!tables) return print_error(tables.error());
  auto sequence = simulation_of(method, *tables, options.curves);
  if (!sequence) return print_error(sequence.error());
  const auto all = simulated({*sequence}, options.curves, "simulating");
  if (!all) return print_error(all.error());
  const Runs& runs = all->front();
  const bool for_people = options.curves.format == TableFormat::table;
  const std::string metric = sequence->tasks.front().spec->metric;
  Table table{{"place", "table", "incumbents", metric, "time (s)", "evaluations"}, {}};
  if (!for_people)
    table.columns = {"place",      "table",       "incumbents",      "metric_mean",
                     "metric_std", "time_mean_s", "evaluations_mean"};
  for (std::size_t place = 0; place < tables->size(); ++place) {
    const Spread at = spread(runs, place, final_metric);
    const std::string name =
        runs.size() == 1 ? tables->at(runs.front().order[place])->name() : std::string("any");
    std::vector<Cell> row{static_cast<std::int64_t>(place + 1), name,
                          rounded(spread(runs, place, incumbents).mean)};
    if (for_people) {
      row.insert(row.end(), {plus_minus(at), plus_minus(spread(runs, place, seconds_of)),
                             plus_minus(spread(runs, place, evaluations))});
    } else {
      row.insert(row.end(), {rounded(at.mean), rounded(at.deviation),
                             rounded(spread(runs, place, seconds_of).mean),
                             rounded(spread(runs, place, evaluations).mean)});
    }
    table.rows.push_back(std::move(row));
  }
  const std::string text = to_text(table, options.curves.format);
  if (!for_people) return print(text);
  return print(std::to_string(tables->size()) + " tasks, " + std::to_string(runs.size()) +
               " permutations; " +
               (sequence->remembers ? "each begins with the best of those before it\n"
                                    : "each begins from nothing: the file is no sequence\n") +
               text);
}

int compare_sequences(const CompareOptions& options) {
  const auto tables = open_tables(options.curves, UnreadableTable::is_skipped);
  if (!tables) return print_error(tables.error());
  std::vector<SequenceSimulation> sequences;
  const std::vector<std::string> names = method_names(options.studies);
  for (const auto& file : options.studies) {
    auto method = MethodFile::read(file);
    if (!method) return print_error(method.error());
    auto sequence = simulation_of(*method, *tables, options.curves);
    if (!sequence) return print_error(sequence.error());
    sequences.push_back(std::move(sequence).value());
  }
  auto all = simulated(sequences, options.curves, "comparing");
  if (!all) return print_error(all.error());
  const std::vector<Resource> levels = levels_of(sequences);
  std::vector<Method> methods;
  for (std::size_t i = 0; i < names.size(); ++i)
    methods.push_back(method_of(names[i], all->at(i), levels));
  const std::string metric = sequences.front().tasks.front().spec->metric;
  const Table plain = comparison_table(methods, levels, metric, false);
  const Table runs = all_runs(names, *all, *tables);
  std::error_code failed;
  fs::create_directories(options.folder, failed);
  if (auto saved = save_tables(options.folder, runs, plain); !saved)
    return print_error(saved.error());
  if (auto saved = save_pictures(options.folder, *tables, names, std::move(*all)); !saved)
    return print_error(saved.error());
  if (options.curves.format != TableFormat::table)
    return print(to_text(plain, options.curves.format));
  return print(std::to_string(tables->size()) + " tasks in sequence, " +
               std::to_string(options.curves.permutations.value_or(1)) + " permutations\n" +
               to_text(comparison_table(methods, levels, metric, true), TableFormat::table) +
               "metric: of the configurations to retrain after full training, mean over the tasks. "
               "time, evaluations,\nresource, @r (trials that reported at r): sums over the "
               "tasks. Mean and standard deviation over the permutations.\nRuns, summary and "
               "pictures: " +
               options.folder + "\n");
}

}  // namespace troupe::cli
