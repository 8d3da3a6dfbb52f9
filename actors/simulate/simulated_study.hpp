#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/simulate/simulation.hpp"
#include "actors/study_file/problem.hpp"
#include "actors/tables/table.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// How configurations and rows of a table come together.
enum class Lookup {
  automatic,  ///< nearest if the study file has a config_space, rows if it has none.
  rows,       ///< The searcher draws rows of the table, each at most once: the space is the table.
  nearest,    ///< The searcher draws from config_space; the nearest row stands for what it draws.
};

struct SimulatedStudy {
  SimulationPlan plan;            ///< Without a seed.
  std::vector<Problem> warnings;  ///< Of the study file.
};

/// What the file lacks comes from the table: study (the file's own name), metric, mode,
/// resource_attr, max_t, config_space, and the program, which a simulation does not run. What the
/// text lacks is added at its end, so the text in the plan's spec is a whole study file.
///
/// Refused: what `troupe validate` refuses, and what contradicts the table. The error is ready to
/// be shown, with line and column.
[[nodiscard]] Result<SimulatedStudy> simulated_study(const std::filesystem::path& file,
                                                     std::shared_ptr<const Table> table,
                                                     Lookup lookup);

/// The same of a text; `file` is where it is said to be from.
[[nodiscard]] Result<SimulatedStudy> simulated_study_text(const std::string& text,
                                                          const std::filesystem::path& file,
                                                          std::shared_ptr<const Table> table,
                                                          Lookup lookup);

}  // namespace troupe::actors
