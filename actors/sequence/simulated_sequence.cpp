#include "actors/sequence/simulated_sequence.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>

#include "actors/sequence/sequence_file.hpp"
#include "actors/simulate/statistics.hpp"
#include "runtime/core/check.hpp"
#include "runtime/core/rng.hpp"
#include "runtime/parallel.hpp"
#include "schedulers/searchers/suggested.hpp"

namespace troupe::actors {

std::vector<std::size_t> permutation(std::size_t tasks, std::uint64_t number, std::uint64_t seed) {
  check(tasks > 0, "a sequence has a task");
  std::vector<std::size_t> order(tasks);
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (number == 0) return order;
  Rng rng = Rng::stream(seed, "permutation", number);
  for (std::size_t left = tasks; left > 1; --left)
    std::swap(order[left - 1], order[static_cast<std::size_t>(rng.below(left))]);
  return order;
}

Result<SequenceRun> simulate_sequence(const SequenceSimulation& sequence, std::uint64_t number) {
  SequenceRun run;
  const std::uint64_t seed = sequence.tasks.front().spec->seed;
  run.order = permutation(sequence.tasks.size(), number, seed);
  std::vector<Config> known;
  for (std::size_t place = 0; place < run.order.size(); ++place) {
    SimulationPlan plan = sequence.tasks[run.order[place]];
    auto spec = std::make_shared<StudySpec>(*plan.spec);
    if (sequence.remembers) {
      std::vector<Config> all = known;
      all.insert(all.end(), spec->incumbents.begin(), spec->incumbents.end());
      spec->incumbents = schedulers::points_in_order(spec->config_space, all);
    }
    run.incumbents.push_back(spec->incumbents.size());
    plan.seed = seed + number * run.order.size() + place;
    plan.spec = std::move(spec);
    auto outcome = simulate(plan);
    if (!outcome) return outcome.error();
    if (outcome->chosen) {
      known.push_back(outcome->chosen->config);
      known = schedulers::points_in_order(plan.spec->config_space, known);
    }
    run.outcomes.push_back(std::move(outcome).value());
  }
  return run;
}

Result<std::vector<std::vector<SequenceRun>>> simulate_sequences(
    const std::vector<SequenceSimulation>& sequences, std::uint64_t permutations, std::size_t jobs,
    const std::function<void(std::size_t done)>& progress) {
  std::vector<std::optional<Result<SequenceRun>>> results(sequences.size() * permutations);
  runtime::for_each_parallel(
      results.size(), jobs,
      [&](std::size_t i) {
        results[i] = simulate_sequence(sequences[i / permutations], i % permutations);
      },
      progress);
  std::vector<std::vector<SequenceRun>> runs(sequences.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!*results[i]) return results[i]->error();
    runs[i / permutations].push_back(std::move(*results[i]).value());
  }
  return runs;
}

namespace {

/// One series for each method. `number(run, place)` is NaN where a run has no value.
template <typename Number>
std::vector<Chart::Series> series_of(const std::vector<SequenceMethod>& methods, Number number) {
  std::vector<Chart::Series> all;
  for (const SequenceMethod& method : methods) {
    Chart::Series series{.name = method.name, .points = {}};
    const std::size_t places = method.runs.empty() ? 0 : method.runs.front().outcomes.size();
    for (std::size_t place = 0; place < places; ++place) {
      std::vector<double> numbers;
      for (const SequenceRun& run : method.runs)
        if (const double one = number(run, place); std::isfinite(one)) numbers.push_back(one);
      if (numbers.empty()) continue;
      const Quartiles quartiles = quartiles_of(std::move(numbers));
      series.points.push_back(
          {static_cast<double>(place + 1), quartiles.median, quartiles.low, quartiles.high});
    }
    all.push_back(std::move(series));
  }
  return all;
}

/// Best metric of a table after full training; NaN if nothing was observed.
double best_of(const Table& table) {
  const bool max = table.mode() == schedulers::Mode::max;
  double best = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const double metric = table.metric(row, table.max_resource());
    if (std::isnan(metric)) continue;
    if (std::isnan(best) || (max ? metric > best : metric < best)) best = metric;
  }
  return best;
}

Chart chart_of(const std::string& title, const std::vector<SequenceMethod>& methods) {
  const std::size_t runs = methods.empty() ? 0 : methods.front().runs.size();
  return {.title = title,
          .subtitle =
              "median and quartiles over " + std::to_string(runs) + " permutations of the tasks",
          .x_label = "place of the task in its sequence",
          .y_label = {},
          .whole_x = true,
          .series = {}};
}

}  // namespace

Chart regret_by_place(const TaskTables& tables, const std::vector<SequenceMethod>& methods) {
  std::vector<double> bests;
  for (const auto& table : tables) bests.push_back(best_of(*table));
  const std::string& metric = tables.front()->metric_name();
  Chart chart = chart_of(metric + " of the choice, against the best of its table", methods);
  chart.subtitle += "; 0: the best was chosen";
  chart.y_label = metric + " after full training, worse by";
  chart.series = series_of(methods, [&](const SequenceRun& run, std::size_t place) {
    const auto& chosen = run.outcomes[place].chosen;
    return chosen ? std::abs(chosen->final_metric - bests[run.order[place]])
                  : std::numeric_limits<double>::quiet_NaN();
  });
  return chart;
}

Chart time_by_place(const TaskTables& tables, const std::vector<SequenceMethod>& methods) {
  const bool has_time =
      std::ranges::all_of(tables, [](const auto& table) { return table->has_time(); });
  Chart chart = chart_of("time of each task", methods);
  chart.y_label = has_time ? "virtual time (s)" : "virtual time (s; a unit takes 1 s)";
  chart.series = series_of(methods, [](const SequenceRun& run, std::size_t place) {
    return run.outcomes[place].seconds;
  });
  double low = std::numeric_limits<double>::infinity();
  double high = 0;
  for (const auto& series : chart.series)
    for (const auto& point : series.points) {
      low = std::min(low, point.low);
      high = std::max(high, point.high);
    }
  chart.log_y = low > 0 && high > 8 * low;
  return chart;
}

}  // namespace troupe::actors
