#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/checkpoints/transfers.hpp"
#include "actors/study/protocol.hpp"
#include "actors/study_file/study_spec.hpp"
#include "actors/trial/report_parser.hpp"
#include "actors/trial/unacked_reports.hpp"
#include "runtime/address.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"
#include "runtime/process/processes.hpp"

namespace troupe::actors {

/// Whether a process ended on request, or by itself with exit code 0.
[[nodiscard]] inline bool ended_in_order(const runtime::ProcessEnded& ended) {
  return ended.requested ||
         (ended.cause == runtime::ProcessEnded::Cause::exited && ended.code == 0);
}

/// What a Trial actor runs: a process in the attempt's folder or, in a simulation, a recorded
/// learning curve. Sends the actor what a process sends: ProcessOutput, one at a time for each
/// stream, and ProcessEnded last.
class Program {
 public:
  virtual ~Program() = default;

  /// Starts the program; called once. Returns reports of earlier attempts that no study received.
  [[nodiscard]] virtual Result<std::vector<ReportLine>> start(runtime::Address trial) = 0;
  /// Parses the reports in an output.
  [[nodiscard]] virtual std::vector<ReportLine> read(const runtime::ProcessOutput& output) = 0;
  /// Lets the next output of `stream` come. Without it the program blocks once its pipe is full.
  virtual void more(runtime::Stream stream) = 0;
  /// Asks the program to end, and kills it after `grace`.
  virtual void end(Duration grace) = 0;
  /// Called when the program has ended: publishes or discards its checkpoint, and returns the last
  /// parsed lines. `reported`: the highest resource of the attempt if the program reported, else 0.
  /// `infrastructure_failed`: it failed, and `infrastructure_failure` gave a reason.
  [[nodiscard]] virtual std::vector<ReportLine> conclude(const runtime::ProcessEnded& ended,
                                                         schedulers::Resource reported,
                                                         bool infrastructure_failed) = 0;
  /// Why a failure of the program, or of its start, is not its own fault, such as a full disk; none
  /// if it is. Called once, right after the failure.
  [[nodiscard]] virtual std::optional<std::string> infrastructure_failure() const {
    return std::nullopt;
  }
  /// Why a program that has ended could not be executed although its start succeeded: a shell or
  /// /usr/bin/env did not find it, or its interpreter. None if it ran. Called before `conclude`.
  [[nodiscard]] virtual std::optional<std::string> execution_failure(
      const runtime::ProcessEnded&) const {
    return std::nullopt;
  }
  /// The earlier attempt from whose checkpoint the program started; 0: from none.
  [[nodiscard]] virtual std::uint32_t source() const { return 0; }
  /// A line that looks like a report in another format, and what would read it; empty: none.
  [[nodiscard]] virtual std::string report_hint() const { return {}; }
  /// The last lines that the program wrote to `stream`.
  [[nodiscard]] virtual std::string tail(runtime::Stream stream) const = 0;
};

/// The program of an attempt was started. For the agent of its node, which prepares the next
/// folder.
struct AttemptBegun {
  static constexpr std::string_view wire_name = "AttemptBegun";
  static constexpr bool local_only = true;
  static auto fields(auto&) { return no_fields(); }
};

/// An attempt has ended. For the agent of its node, which keeps this until it is durable.
struct AttemptOver {
  static constexpr std::string_view wire_name = "AttemptOver";
  static constexpr bool local_only = true;
  AttemptEnded end;
  UnackedReports unacked;
  StudyRef sent_to;  ///< The study that was sent all of it; nobody if the attempt is not wanted.
  static auto fields(auto&) { return no_fields(); }
};

/// The trial sent the warning of a WarnStudy to the study.
struct StudyWarningSent {
  static constexpr std::string_view wire_name = "StudyWarningSent";
  static constexpr bool local_only = true;
  static auto fields(auto&) { return no_fields(); }
};

/// What a Trial actor needs to know of its attempt.
struct TrialPlan {
  using Agent = runtime::Ref<AttemptBegun, AttemptOver, StudyWarningSent>;

  std::shared_ptr<const StudySpec> spec;
  StudyDocument study;
  Launch launch;
  std::vector<std::int64_t> gpus;
  std::shared_ptr<const std::vector<std::string>> variables{};  ///< As in JoinReply; may be null.
  StudyRef report_to;
  /// Set on a node that does not share the study's folder: `study.folder` is the node's own then.
  CheckpointTransfersRef transfers{};
  bool starts_over = false;  ///< Set by the download: the checkpoint of the trial is lost.
  Agent agent{};
};

/// What the trials of a node share.
struct TrialEnvironment {
  runtime::Processes* processes = nullptr;
  std::shared_ptr<const std::vector<std::string>>
      variables;  ///< The node's environment, KEY=VALUE.
  /// Sends `event` to the Trial actor at `to`. Called on the reactor's thread.
  std::function<void(runtime::Address to, runtime::ProcessEvent event)> deliver;
  std::function<void(const std::string&)> log_warning;  ///< Writes to the log of the node.
  /// Why nothing more can be written under a folder; none: there is space. May be empty.
  std::function<std::optional<std::string>(const std::string& folder)> disk_full_reason = {};
  /// Number of reports and warnings that a trial may send ahead of their commit. Beyond it the
  /// trial reads no more output, so that the program blocks once its pipe is full.
  std::size_t told_ahead_max = 1000;
  /// If set, makes what runs instead of a process. `processes` and `variables` are unused then.
  std::function<std::unique_ptr<Program>(const TrialPlan& plan)> make_program;
};

}  // namespace troupe::actors
