#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "actors/trial/report_parser.hpp"
#include "actors/trial/trial_plan.hpp"
#include "runtime/process/processes.hpp"
#include "runtime/simulation/scripted_processes.hpp"
#include "test/simulation/cluster/coverage.hpp"
#include "test/simulation/cluster/ledger.hpp"
#include "test/simulation/cluster/trial_folders.hpp"

namespace troupe::actors::cluster {

/// The surroundings of all programs of a simulated study.
struct ProgramContext {
  TrialFolders folders;
  Ledger* ledger = nullptr;
  const Clock* world = nullptr;
  std::uint64_t seed = 0;
  Coverage* coverage = nullptr;
  std::set<AttemptKey> unreported;        ///< Programs that saved, and report that next.
  std::map<AttemptKey, Resource> saving;  ///< Programs that overwrite their checkpoint now.
  std::set<AttemptKey> requested;         ///< Programs whose nodes asked them to end.
  bool misbehave = false;  ///< Whether programs crash, hang, flood or ignore SIGTERM.
  /// Hosts that cannot make a trial's folder, with the reason.
  std::map<std::string, std::string> sick;
  bool blames_trials = false;  ///< Whether such a failure counts as the trial's own (canary).
  /// Called when the files of an ended attempt are about to be copied to the head.
  std::function<void(const std::string& host)> uploads;
  bool tears = false;        ///< Whether checkpoints can be torn or lost.
  bool synchronises = true;  ///< Whether a published checkpoint outlives a loss of power.
  /// Whether attempts resume from the newest checkpoint, whatever the study says (canary).
  bool guess_checkpoints = false;
};

/// What the programs of a trial do in ways that the contract leaves to them.
struct ProgramHabits {
  /// Resources at which it reports: 1, and each multiple of this.
  Resource reports_every = 1;
  bool saves = true;           ///< Whether it saves checkpoints; else it starts from the beginning.
  bool reports_first = false;  ///< Whether it reports before it saves; else it saves first.
  /// Whether it overwrites its checkpoint in place, which takes it some time.
  bool saves_in_place = false;
};
[[nodiscard]] ProgramHabits habits_of(std::uint64_t seed, TrialId trial);

/// The script of the program of an attempt. For each unit of resource after its checkpoint it
/// works, saves a checkpoint and, some time later, reports. A program whose checkpoint is at its
/// last resource reports nothing. Metrics depend on trial and resource only, faults also on the
/// attempt.
[[nodiscard]] runtime::simulation::Script script_of(ProgramContext& context, AttemptKey attempt,
                                                    Resource until, const std::string& host);

/// The counterpart of ProcessProgram for simulated folders.
class FolderProgram final : public Program {
 public:
  using Deliver = std::function<void(runtime::Address to, runtime::ProcessEvent event)>;

  FolderProgram(const TrialPlan& plan, ProgramContext& context, std::string host,
                runtime::Processes& processes, Deliver deliver);

  Result<std::vector<ReportLine>> start(runtime::Address trial) override;
  std::vector<ReportLine> read(const runtime::ProcessOutput& output) override;
  void more(runtime::Stream stream) override;
  void end(Duration grace) override {
    context_.requested.insert(attempt_);
    processes_.end(process_, grace);
  }
  std::vector<ReportLine> conclude(const runtime::ProcessEnded& ended, Resource reported,
                                   bool infrastructure_failed) override;
  [[nodiscard]] std::uint32_t source() const override { return source_; }
  [[nodiscard]] std::string tail(runtime::Stream) const override { return {}; }

 private:
  [[nodiscard]] std::vector<ReportLine> unreported(std::uint32_t source) const;
  std::vector<ReportLine> record(std::vector<ReportLine> lines);

  std::shared_ptr<const StudySpec> spec_;
  AttemptKey attempt_;
  std::uint32_t source_max_;
  std::uint32_t source_ = 0;
  Resource from_;
  Resource until_;
  ProgramContext& context_;
  std::string host_;
  std::string folder_;  ///< Of the study, on this host.
  bool apart_;          ///< Whether that is not the one of the head.
  runtime::Processes& processes_;
  Deliver deliver_;
  ReportParser parser_;
  runtime::ProcessId process_ = 0;
};

}  // namespace troupe::actors::cluster
