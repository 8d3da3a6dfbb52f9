#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "actors/simulate/simulation.hpp"
#include "actors/study_file/document.hpp"
#include "actors/study_file/problem.hpp"
#include "actors/tables/table.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// How a simulation finds the table row of a configuration.
enum class Lookup {
  automatic,  ///< `nearest` if the study file has a config_space, else `rows`.
  rows,       ///< The searcher draws each row at most once.
  nearest,    ///< The searcher draws from config_space; the nearest row is used.
};

struct LookupOptions {
  Lookup lookup = Lookup::automatic;
  Rows rows = Rows::all;
};

/// A study file read for simulation.
struct SimulatedStudy {
  SimulationPlan plan;            ///< Without a seed.
  std::vector<Problem> warnings;  ///< Warnings about the study file.
};

/// Makes a plan of a study file and a table. Missing keys come from the table: metric, mode,
/// resource_attr, max_t and config_space; the name comes from the file. The text in the plan's spec
/// is a complete study file.
///
/// Refused: what `troupe validate` refuses, and what contradicts the table. The error has line and
/// column of the original file.
[[nodiscard]] Result<SimulatedStudy> simulated_study(WrittenStudy study,
                                                     std::shared_ptr<const Table> table,
                                                     const LookupOptions& options);

/// The same for a text; messages name `file`.
[[nodiscard]] Result<SimulatedStudy> simulated_study_text(const std::string& text,
                                                          const std::filesystem::path& file,
                                                          std::shared_ptr<const Table> table,
                                                          Lookup lookup);

}  // namespace troupe::actors
