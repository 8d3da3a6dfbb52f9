#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/plots/chart.hpp"
#include "actors/simulate/simulation.hpp"
#include "actors/simulate/statistics.hpp"
#include "actors/tables/table.hpp"

namespace troupe::actors {

/// Runs of a method over one table.
struct MethodRuns {
  std::string name;
  std::vector<SimulationOutcome> runs;  ///< One for each seed.
};

/// Virtual seconds until the run had chosen a configuration; 0 for a run that starts one trial
/// only, whose training is no search.
[[nodiscard]] double search_seconds(const SimulationOutcome& run);

/// Mean and standard deviation over the runs of a method.
struct MethodSummary {
  std::string name;
  std::size_t runs = 0;
  std::size_t without_choice =
      0;                ///< Runs without a chosen configuration, which `final_metric` ignores.
  Spread final_metric;  ///< Table metric of the chosen configuration after full training.
  Spread seconds;       ///< See search_seconds.
  double speed_up = 0;  ///< Mean time of the first method divided by that of this one; 0: no time.
  Spread resource_max;
  Spread evaluations;
  Spread resource_spent;
  std::vector<double> reports;  ///< Mean number of trials that reported at each level.
};

/// Comparison of methods over one table.
struct Comparison {
  std::string table;
  std::string metric;
  /// Resources at which any method paused or stopped a trial: the rungs that were reached.
  std::vector<Resource> levels;
  std::vector<MethodSummary> methods;
};

/// Summarises the runs of at least one method. Speed-ups are relative to the first.
[[nodiscard]] Comparison compare_methods(const Table& table,
                                         const std::vector<MethodRuns>& methods);

/// Chart of the best metric so far over virtual time: median and quartiles over the runs. A method
/// that takes no time is drawn as a flat line at its final metric.
[[nodiscard]] Chart best_over_time(const Table& table, const std::vector<MethodRuns>& methods);

}  // namespace troupe::actors
