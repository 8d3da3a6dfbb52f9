#include "actors/sequence/sequence_charts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "actors/simulate/quartiles.hpp"

namespace troupe::actors {
namespace {

/// A line for each method; `number(run, place)` is NaN where there is none.
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

/// Of all configurations of a table, after full training.
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
