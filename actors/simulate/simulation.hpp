#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "actors/events.hpp"
#include "actors/study/study_core.hpp"
#include "actors/study_file/study_spec.hpp"
#include "actors/tables/nearest_row.hpp"
#include "actors/tables/table.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// Plan of one simulated study over recorded curves; simulated_study.hpp makes it.
struct SimulationPlan {
  /// R is at most the maximum resource of the table.
  std::shared_ptr<const StudySpec> spec;
  std::shared_ptr<const Table> table;
  /// Finds the row of a configuration; null: the parameter `config_id` is the row.
  std::shared_ptr<const NearestRow> nearest;
  std::uint64_t seed = 0;
  /// Folder for journal and result files, which must not exist or must be empty; empty: none. Times
  /// are virtual.
  std::string folder;
  std::string version;  ///< Version of the program, for row 0 of the journal.
  bool keep_events = false;
};

/// Result of a simulated study, a function of its plan.
struct SimulationOutcome {
  /// Configuration to retrain at the end of the study.
  struct Chosen {
    TrialId trial = 0;
    std::size_t row = 0;
    Resource resource = 0;    ///< Resource at which it was compared.
    double metric = 0;        ///< Reported there.
    double final_metric = 0;  ///< Metric of the table at the maximum resource.
    Config config;            ///< Configuration of the study.
  };
  /// A new best metric, and the virtual time of its report.
  struct Best {
    double seconds = 0;
    double metric = 0;
  };
  /// An event and its virtual time.
  struct Timed {
    double seconds = 0;
    StudyEvent event;
  };

  std::uint64_t seed = 0;
  std::optional<Chosen> chosen;  ///< None without a finite metric.
  double seconds = 0;            ///< Virtual time from the first start to the end.
  TrialCounts trials;
  std::uint64_t evaluations = 0;       ///< Number of counted reports.
  std::int64_t resource_spent = 0;     ///< Units of resource used.
  Resource resource_max = 0;           ///< Highest reported resource.
  std::vector<std::uint64_t> reports;  ///< Number of reports at resource r, at index r.
  std::set<Resource> levels;           ///< Resources at which a trial was paused or stopped.
  std::vector<Best> best;              ///< Best metric so far, at each change.
  std::vector<Timed> events;           ///< Empty unless keep_events.
  StudyFinished end;
};

/// Runs the actors of a study in the caller's thread until the study ends. Errors: a folder that is
/// not empty, a full disk, a scheduler that waits forever.
[[nodiscard]] Result<SimulationOutcome> simulate(const SimulationPlan& plan);

/// Name of the hyperparameter of a study that draws rows.
inline constexpr std::string_view row_parameter = "config_id";

/// Table row of a configuration.
[[nodiscard]] std::size_t row_of(const SimulationPlan& plan, const Config& config);

/// Study file for the folder of a simulated study, with the workers and the seed of the plan.
[[nodiscard]] std::string folder_study_text(const SimulationPlan& plan);

/// Reads a list of seeds such as "0..24", "3" or "0,5,10..12". Each seed counts once.
[[nodiscard]] Result<std::vector<std::uint64_t>> read_seeds(std::string_view text);

/// Outcomes of all plans in their order, computed on `jobs` threads; or the first error in that
/// order. Calls `progress` with the number of finished plans.
[[nodiscard]] Result<std::vector<SimulationOutcome>> simulate_all(
    const std::vector<SimulationPlan>& plans, std::size_t jobs,
    const std::function<void(std::size_t done)>& progress);

}  // namespace troupe::actors
