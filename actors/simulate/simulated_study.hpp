#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "actors/simulate/lookup.hpp"
#include "actors/simulate/simulation.hpp"
#include "actors/study_file/problem.hpp"
#include "actors/study_file/written_study.hpp"
#include "actors/tables/table.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

struct SimulatedStudy {
  SimulationPlan plan;            ///< Without a seed.
  std::vector<Problem> warnings;  ///< Of the study file.
};

/// What the file lacks comes from the table: study (the file's own name), metric, mode,
/// resource_attr, max_t, config_space, and the program, which a simulation does not run. The text
/// in the plan's spec is a whole study file, which says what is run.
///
/// Refused: what `troupe validate` refuses, what contradicts the table, and what would have no
/// meaning. The error is ready to be shown, with line and column of the file that a person wrote.
[[nodiscard]] Result<SimulatedStudy> simulated_study(WrittenStudy study,
                                                     std::shared_ptr<const Table> table,
                                                     const LookupOptions& options);

/// The same of a text; `file` is where it is said to be from.
[[nodiscard]] Result<SimulatedStudy> simulated_study_text(const std::string& text,
                                                          const std::filesystem::path& file,
                                                          std::shared_ptr<const Table> table,
                                                          Lookup lookup);

}  // namespace troupe::actors
