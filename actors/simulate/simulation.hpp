#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actors/events.hpp"
#include "actors/study/study_core.hpp"
#include "actors/study_file/study_spec.hpp"
#include "actors/tables/nearest_row.hpp"
#include "actors/tables/table.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// One study over recorded curves, in virtual time. See simulated_study.hpp for how a study file
/// and a table come together.
struct SimulationPlan {
  /// Never resources that a node could lack, and R is no more than the table has.
  std::shared_ptr<const StudySpec> spec;
  std::shared_ptr<const Table> table;
  /// Finds the row of a configuration; null: the configuration has `config_id`, which is the row.
  std::shared_ptr<const NearestRow> nearest;
  std::uint64_t seed = 0;
  /// If not empty, a folder for the study as `troupe run` leaves it (journal, results), which must
  /// not exist yet or be empty. The journal's times are virtual.
  std::string folder;
  std::string version;  ///< For the journal.
  bool keep_events = false;
};

/// What came of it. The same plan gives the same outcome.
struct SimulationOutcome {
  /// The study's best configuration when it ended.
  struct Chosen {
    TrialId trial = 0;
    std::size_t row = 0;
    Resource resource = 0;    ///< Where it was compared.
    double metric = 0;        ///< As reported there.
    double final_metric = 0;  ///< The table's, at the maximum resource: after full training.
    Config config;            ///< The study's own; the table's row has the hyperparameters.
  };
  /// From then on; `seconds` of virtual time.
  struct Best {
    double seconds = 0;
    double metric = 0;
  };
  /// An event of the study, and when it happened.
  struct Timed {
    double seconds = 0;
    StudyEvent event;
  };

  std::uint64_t seed = 0;
  std::optional<Chosen> chosen;  ///< None: nothing reported a finite metric.
  double seconds = 0;            ///< From the first start to the end of the study.
  TrialCounts trials;
  std::uint64_t evaluations = 0;       ///< Reports that counted.
  std::int64_t resource_spent = 0;     ///< Units of resource that were run.
  Resource resource_max = 0;           ///< The highest that any trial reported.
  std::vector<std::uint64_t> reports;  ///< How many trials reported resource r, at index r.
  std::set<Resource> levels;           ///< Where the scheduler paused or stopped a trial.
  std::vector<Best> best;              ///< Best metric reported so far, each change.
  std::vector<Timed> events;           ///< If they were to be kept.
  StudyFinished end;
};

/// Runs the study, scheduler, searcher and trial actors in the caller's thread until the study
/// ends. An error: a folder that is not empty, a disk that is full, a scheduler that waits for
/// ever.
[[nodiscard]] Result<SimulationOutcome> simulate(const SimulationPlan& plan);

}  // namespace troupe::actors
