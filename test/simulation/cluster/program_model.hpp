#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/trial/program.hpp"
#include "actors/trial/report_parser.hpp"
#include "actors/trial/trial_plan.hpp"
#include "runtime/process/processes.hpp"
#include "runtime/simulation/scripted_processes.hpp"
#include "test/simulation/cluster/ledger.hpp"
#include "test/simulation/cluster/trial_folders.hpp"

namespace troupe::actors::cluster {

/// What all programs of a simulated study share.
struct Stage {
  TrialFolders folders;
  Ledger* ledger = nullptr;
  const Clock* world = nullptr;
  std::uint64_t seed = 0;
  bool misbehave = false;  ///< Programs crash, hang, flood, ignore SIGTERM.
};

/// What a trial's program does: for each unit of resource from its checkpoint on, it works a while,
/// saves its checkpoint and reports; and whatever goes wrong with it. The values depend on trial
/// and resource only, what goes wrong on the attempt too.
[[nodiscard]] runtime::simulation::Script script_of(Stage& stage, AttemptKey attempt,
                                                    Resource until, const std::string& host);

/// The program of an attempt in simulated folders, as ProcessProgram runs one in real ones.
class FolderProgram final : public Program {
 public:
  using Deliver = std::function<void(runtime::Address to, runtime::ProcessEvent event)>;

  FolderProgram(const TrialPlan& plan, Stage& stage, runtime::Processes& processes,
                Deliver deliver);

  Result<std::vector<ReportLine>> start(runtime::Address trial) override;
  std::vector<ReportLine> read(const runtime::ProcessOutput& output) override;
  void more(runtime::Stream stream) override;
  void end(Duration grace) override { processes_.end(process_, grace); }
  std::vector<ReportLine> settle(const runtime::ProcessEnded& ended, Resource reported,
                                 bool excused) override;
  [[nodiscard]] std::string last_words() const override { return {}; }

 private:
  [[nodiscard]] std::vector<ReportLine> unheard(std::uint32_t source) const;
  std::vector<ReportLine> note(std::vector<ReportLine> lines);

  std::shared_ptr<const StudySpec> spec_;
  AttemptKey attempt_;
  Resource from_;
  Resource until_;
  Stage& stage_;
  runtime::Processes& processes_;
  Deliver deliver_;
  ReportParser parser_;
  runtime::ProcessId process_ = 0;
};

}  // namespace troupe::actors::cluster
