#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "actors/cli/commands.hpp"
#include "actors/cli/table.hpp"
#include "actors/simulate/simulated_study.hpp"
#include "actors/simulate/spread.hpp"
#include "actors/tables/table.hpp"
#include "runtime/core/result.hpp"

namespace troupe::cli {

using CurveTables = std::vector<std::shared_ptr<const actors::Table>>;

/// The tables that the options name, read or made up.
[[nodiscard]] Result<CurveTables> open_tables(const CurveOptions& options);
[[nodiscard]] actors::Lookup lookup_of(const CurveOptions& options);
/// Empty: none were named.
[[nodiscard]] Result<std::vector<std::uint64_t>> seeds_of(const CurveOptions& options);
[[nodiscard]] std::size_t jobs_of(const CurveOptions& options);

/// A study file against one table, for each seed. Its warnings go to stderr.
[[nodiscard]] Result<std::vector<actors::SimulationPlan>> plans_of(
    const std::string& study, const std::shared_ptr<const actors::Table>& table,
    const CurveOptions& options);

/// To six significant digits: the rest of a mean is noise.
[[nodiscard]] double rounded(double number);
/// "0.246 ± 0.0002", each divided by `unit`; "-" where there is nothing to take a mean of.
[[nodiscard]] std::string plus_minus(const actors::Spread& spread, double unit = 1);

/// runs.csv and summary.csv of a comparison.
Result<void> save_tables(const std::string& folder, const Table& runs, const Table& summary);

}  // namespace troupe::cli
