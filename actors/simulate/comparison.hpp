#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/plots/chart.hpp"
#include "actors/simulate/simulation.hpp"
#include "actors/simulate/spread.hpp"
#include "actors/tables/table.hpp"

namespace troupe::actors {

/// What a method came to over one table.
struct MethodRuns {
  std::string name;
  std::vector<SimulationOutcome> runs;  ///< One for each seed.
};

/// Virtual time until the run had chosen. Who starts one configuration only has chosen it before
/// the start: training it is no search, as training their choices further is in nobody's time.
[[nodiscard]] double search_seconds(const SimulationOutcome& run);

/// A line of the papers' table: mean and standard deviation over the runs.
struct MethodSummary {
  std::string name;
  std::size_t runs = 0;
  std::size_t without_choice = 0;  ///< Runs that chose no configuration; not in `final_metric`.
  Spread final_metric;  ///< Of the chosen configuration after full training, from the table.
  Spread seconds;       ///< See search_seconds.
  double speed_up = 0;  ///< Mean time of the first method by that of this one. 0: it took none.
  Spread resource_max;
  Spread evaluations;
  Spread resource_spent;
  std::vector<double> reports;  ///< Mean number of trials that reported at each level.
};

struct Comparison {
  std::string table;
  std::string metric;
  /// Resources at which any method decided to pause or stop a trial: its rungs, as far as reached.
  std::vector<Resource> levels;
  std::vector<MethodSummary> methods;
};

/// `methods` is not empty; the first is what the speed-up is against.
[[nodiscard]] Comparison compare_methods(const Table& table,
                                         const std::vector<MethodRuns>& methods);

/// The best metric reported so far over time: the median over the runs, between quartiles. A method
/// that takes no time is drawn as what its choice comes to after full training.
[[nodiscard]] Chart best_over_time(const Table& table, const std::vector<MethodRuns>& methods);

}  // namespace troupe::actors
