#include "actors/simulate/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "actors/simulate/statistics.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {
namespace {

constexpr std::size_t grid_points = 240;

template <typename Number>
Spread over_runs(const MethodRuns& method, Number number) {
  std::vector<double> numbers;
  for (const auto& run : method.runs) numbers.push_back(static_cast<double>(number(run)));
  return spread_of(numbers);
}

std::vector<double> final_metrics(const MethodRuns& method) {
  std::vector<double> metrics;
  for (const auto& run : method.runs)
    if (run.chosen && std::isfinite(run.chosen->final_metric))
      metrics.push_back(run.chosen->final_metric);
  return metrics;
}

Chart::Point point_of(double x, std::vector<double> numbers) {
  const Quartiles quartiles = quartiles_of(std::move(numbers));
  return {x, quartiles.median, quartiles.low, quartiles.high};
}

bool takes_no_time(const MethodRuns& method) {
  return std::ranges::all_of(
      method.runs, [](const auto& run) { return run.best.empty() || search_seconds(run) <= 0; });
}

struct TimeUnit {
  const char* name;
  double seconds;
};

TimeUnit unit_for(double seconds) {
  if (seconds > 4 * 3600) return {"h", 3600};
  if (seconds > 4 * 60) return {"min", 60};
  return {"s", 1};
}

/// Best metric of each run at a time. Runs without a report until then are left out.
std::vector<double> best_at(const MethodRuns& method, double seconds) {
  std::vector<double> metrics;
  for (const auto& run : method.runs) {
    const auto later = std::ranges::upper_bound(run.best, seconds, {},
                                                [](const auto& best) { return best.seconds; });
    if (later != run.best.begin()) metrics.push_back(std::prev(later)->metric);
  }
  return metrics;
}

Chart::Series series_of(const MethodRuns& method, double first, double last, double unit) {
  Chart::Series series{.name = method.name, .points = {}};
  if (takes_no_time(method)) {
    series.flat = true;
    if (auto metrics = final_metrics(method); !metrics.empty())
      series.points.push_back(point_of(first / unit, std::move(metrics)));
    return series;
  }
  double end = 0;
  for (const auto& run : method.runs) end = std::max(end, run.seconds);
  for (std::size_t i = 0; i <= grid_points; ++i) {
    const double part = static_cast<double>(i) / static_cast<double>(grid_points);
    const double seconds = std::min(first * std::pow(last / first, part), end);
    auto metrics = best_at(method, seconds);
    // A point needs a report of at least half of the runs.
    if (2 * metrics.size() >= method.runs.size() && !metrics.empty())
      series.points.push_back(point_of(seconds / unit, std::move(metrics)));
    if (seconds >= end) break;
  }
  return series;
}

}  // namespace

double search_seconds(const SimulationOutcome& run) {
  return run.trials.started > 1 ? run.seconds : 0;
}

Comparison compare_methods(const Table& table, const std::vector<MethodRuns>& methods) {
  check(!methods.empty(), "a comparison has a method");
  Comparison comparison{.table = table.name(), .metric = table.metric_name()};
  std::set<Resource> levels;
  for (const auto& method : methods)
    for (const auto& run : method.runs) levels.insert(run.levels.begin(), run.levels.end());
  comparison.levels.assign(levels.begin(), levels.end());
  for (const auto& method : methods) {
    MethodSummary summary{.name = method.name, .runs = method.runs.size()};
    const auto metrics = final_metrics(method);
    summary.without_choice = method.runs.size() - metrics.size();
    summary.final_metric = spread_of(metrics);
    summary.seconds = over_runs(method, [](const auto& run) { return search_seconds(run); });
    summary.resource_max = over_runs(method, [](const auto& run) { return run.resource_max; });
    summary.evaluations = over_runs(method, [](const auto& run) { return run.evaluations; });
    summary.resource_spent = over_runs(method, [](const auto& run) { return run.resource_spent; });
    for (const Resource level : comparison.levels)
      summary.reports.push_back(over_runs(method, [level](const auto& run) {
                                  return run.reports.at(static_cast<std::size_t>(level));
                                }).mean);
    comparison.methods.push_back(std::move(summary));
  }
  const double first = comparison.methods.front().seconds.mean;
  for (auto& summary : comparison.methods)
    summary.speed_up = summary.seconds.mean > 0 ? first / summary.seconds.mean : 0;
  return comparison;
}

Chart best_over_time(const Table& table, const std::vector<MethodRuns>& methods) {
  double first = std::numeric_limits<double>::infinity();
  double last = 0;
  double low = std::numeric_limits<double>::infinity();
  double high = 0;
  std::size_t runs = 0;
  for (const auto& method : methods)
    for (const auto& run : method.runs) {
      runs = std::max(runs, method.runs.size());
      if (search_seconds(run) <= 0) continue;
      last = std::max(last, run.seconds);
      for (const auto& best : run.best) {
        if (best.seconds > 0) first = std::min(first, best.seconds);
        low = std::min(low, best.metric);
        high = std::max(high, best.metric);
      }
    }
  if (!std::isfinite(first) || first >= last) first = std::max(last / 1000, 1e-6);
  last = std::max(last, first * 1.0001);
  const TimeUnit unit = table.has_time() ? unit_for(last) : TimeUnit{"s", 1};
  const bool min = table.mode() == schedulers::Mode::min;
  Chart chart{.title = table.metric_name() + " on " + table.name(),
              .subtitle = "best reported so far (" + std::string(min ? "less" : "more") +
                          " is better); median and quartiles over " + std::to_string(runs) +
                          " seeds; a dot where the last run ends",
              .x_label = std::string("virtual time (") + unit.name +
                         (table.has_time() ? ")" : "; a unit takes 1 s)"),
              .y_label = table.metric_name(),
              .log_x = true,
              .log_y = min && low > 0 && high > 8 * low,
              .series = {}};
  for (const auto& method : methods)
    chart.series.push_back(series_of(method, first, last, unit.seconds));
  return chart;
}

}  // namespace troupe::actors
