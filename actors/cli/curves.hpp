#pragma once

#include <chrono>
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
#include "actors/simulate/statistics.hpp"
#include "actors/study_file/document.hpp"
#include "actors/tables/table.hpp"
#include "runtime/core/result.hpp"

namespace troupe::cli {

using CurveTables = std::vector<std::shared_ptr<const actors::Table>>;

/// What follows from a table that cannot be read.
enum class UnreadableTable : std::uint8_t {
  is_an_error,
  is_skipped,  ///< With a message on stderr, if another table can be read.
};

/// Reads the tables of --table, or makes that of --synthetic.
[[nodiscard]] Result<CurveTables> open_tables(const CurveOptions& options,
                                              UnreadableTable unreadable);

/// Study file of a method, parsed once for all tables.
class MethodFile {
 public:
  [[nodiscard]] static Result<MethodFile> read(const std::string& path);

  [[nodiscard]] const actors::WrittenStudy& written() const { return written_; }
  /// Plan of one of its studies over a table. Prints each warning to stderr once.
  [[nodiscard]] Result<actors::SimulationPlan> plan(
      const actors::WrittenStudy& study, const std::shared_ptr<const actors::Table>& table,
      const CurveOptions& options);

 private:
  explicit MethodFile(actors::WrittenStudy written) : written_(std::move(written)) {}

  actors::WrittenStudy written_;
  std::set<std::string> told_;
};

/// Seeds of --seeds; empty without the option.
[[nodiscard]] Result<std::vector<std::uint64_t>> seeds_of(const CurveOptions& options);
/// Number of threads.
[[nodiscard]] std::size_t jobs_of(const CurveOptions& options);

/// Plans of a study file over one table, one for each seed.
[[nodiscard]] Result<std::vector<actors::SimulationPlan>> plans_of(
    MethodFile& method, const std::shared_ptr<const actors::Table>& table,
    const CurveOptions& options);

/// Names of methods: the stems of their files, with an apostrophe appended to repeated ones.
[[nodiscard]] std::vector<std::string> method_names(const std::vector<std::string>& studies);

/// `number` with six significant digits.
[[nodiscard]] double rounded(double number);
/// Mean and standard deviation as "0.246 ± 0.0002", each divided by `unit`; "-" without a mean.
[[nodiscard]] std::string plus_minus(const actors::Spread& spread, double unit = 1);

/// Progress bar on stderr. Shown after one second, and only on a terminal.
class ProgressBar {
 public:
  ProgressBar(std::string what, std::size_t count);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(std::size_t done);

 private:
  std::string what_;
  std::size_t count_;
  bool is_terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point last_;
};

/// Writes runs.csv and summary.csv of a comparison.
Result<void> save_tables(const std::string& folder, const Table& runs, const Table& summary);

/// `troupe simulate` of a sequence; each table is a task.
int simulate_sequence_file(MethodFile& method, const SimulateOptions& options);
/// `troupe compare --permutations`: whole sequences of tasks.
int compare_sequences(const CompareOptions& options);

}  // namespace troupe::cli
