#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actors/cli/commands.hpp"
#include "actors/cli/table.hpp"
#include "actors/simulate/simulated_study.hpp"
#include "actors/simulate/spread.hpp"
#include "actors/study_file/written_study.hpp"
#include "actors/tables/table.hpp"
#include "runtime/core/result.hpp"

namespace troupe::cli {

using CurveTables = std::vector<std::shared_ptr<const actors::Table>>;

/// The tables that the options name, read or made up.
[[nodiscard]] Result<CurveTables> open_tables(const CurveOptions& options);
/// The one study file of a command: read once, however many tables there are.
class MethodFile {
 public:
  [[nodiscard]] static Result<MethodFile> read(const std::string& path);

  [[nodiscard]] const actors::WrittenStudy& written() const { return written_; }
  /// One study of it against its table. A warning that is the same for several goes to stderr once.
  [[nodiscard]] Result<actors::SimulationPlan> plan(
      const actors::WrittenStudy& study, const std::shared_ptr<const actors::Table>& table,
      const CurveOptions& options);

 private:
  explicit MethodFile(actors::WrittenStudy written) : written_(std::move(written)) {}

  actors::WrittenStudy written_;
  std::set<std::string> told_;
};
/// Empty: none were named.
[[nodiscard]] Result<std::vector<std::uint64_t>> seeds_of(const CurveOptions& options);
[[nodiscard]] std::size_t jobs_of(const CurveOptions& options);

/// A study file against one table, for each seed.
[[nodiscard]] Result<std::vector<actors::SimulationPlan>> plans_of(
    MethodFile& method, const std::shared_ptr<const actors::Table>& table,
    const CurveOptions& options);

/// A method is called as its file is; two with one name are told apart.
[[nodiscard]] std::vector<std::string> method_names(const std::vector<std::string>& studies);

/// To six significant digits: the rest of a mean is noise.
[[nodiscard]] double rounded(double number);
/// "0.246 ± 0.0002", each divided by `unit`; "-" where there is nothing to take a mean of.
[[nodiscard]] std::string plus_minus(const actors::Spread& spread, double unit = 1);

/// runs.csv and summary.csv of a comparison.
Result<void> save_tables(const std::string& folder, const Table& runs, const Table& summary);

}  // namespace troupe::cli
