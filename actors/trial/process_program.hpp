#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "actors/trial/attempt_folder.hpp"
#include "actors/trial/report_parser.hpp"
#include "actors/trial/trial_plan.hpp"
#include "actors/trial/unread_reports.hpp"

namespace troupe::actors {

/// Runs the study's program as a process, in the folder of its attempt, with its logs and
/// checkpoint.
class ProcessProgram final : public Program {
 public:
  ProcessProgram(TrialPlan plan, TrialEnvironment environment);

  Result<std::vector<ReportLine>> start(runtime::Address trial) override;
  std::vector<ReportLine> read(const runtime::ProcessOutput& output) override;
  void more(runtime::Stream stream) override;
  void end(Duration grace) override;
  std::vector<ReportLine> conclude(const runtime::ProcessEnded& ended,
                                   schedulers::Resource reported,
                                   bool infrastructure_failed) override;
  [[nodiscard]] std::optional<std::string> infrastructure_failure() const override;
  [[nodiscard]] std::optional<std::string> execution_failure(
      const runtime::ProcessEnded& ended) const override;
  [[nodiscard]] std::uint32_t source() const override { return folder_ ? folder_->source() : 0; }
  [[nodiscard]] std::string tail(runtime::Stream stream) const override;

  [[nodiscard]] std::string report_hint() const override { return unread_.hint(); }

 private:
  Result<void> prepare_output(schedulers::Resource base);
  /// Whether the resource is the number of reports.
  [[nodiscard]] bool counts() const;
  [[nodiscard]] bool starts_over() const;
  [[nodiscard]] std::optional<std::string> execution_problem() const;
  [[nodiscard]] std::vector<ReportLine> unreceived_reports() const;

  TrialPlan plan_;
  TrialEnvironment environment_;
  std::optional<AttemptFolder> folder_;
  ReportParser parser_;
  bool has_reported_ = false;
  UnreadReports unread_;  ///< Fed until the first report.
  runtime::ProcessId process_ = 0;
  std::string program_;  ///< TrialCommand::program.
  std::string cwd_;
  std::string log_error_;  ///< Of the first output that could not be logged.
  std::string stdout_tail_;
  std::string stderr_tail_;
};

}  // namespace troupe::actors
