#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/study/protocol.hpp"
#include "actors/study_file/study_spec.hpp"
#include "actors/trial/attempt_folder.hpp"
#include "actors/trial/report_parser.hpp"
#include "runtime/context.hpp"
#include "runtime/process/processes.hpp"

namespace troupe::actors {

/// What a node lends to its trials.
struct TrialEnvironment {
  runtime::Processes* processes = nullptr;
  std::shared_ptr<const std::vector<std::string>>
      variables;  ///< The node's environment, KEY=VALUE.
  /// Called on the reactor's thread: `event` is for the Trial actor at `to`.
  std::function<void(runtime::Address to, runtime::ProcessEvent event)> deliver;
  std::function<void(const std::string&)> complain;  ///< For the log of the node.
};

/// One attempt, all that it needs.
struct TrialPlan {
  std::shared_ptr<const StudySpec> spec;
  StudyDocument study;
  Launch launch;
  std::vector<std::int64_t> gpus;
  StudyRef report_to;
};

/// Owns the running program of one attempt: its folder, its output, its end. Tells the study each
/// report, and last how the attempt ended; by then the process tree is gone and the checkpoint is
/// published. Then it stops.
class Trial {
 public:
  using Ref = runtime::Ref<EndTrial>;

  /// The program was to end by itself, and has not.
  struct Overdue {
    static constexpr std::string_view wire_name = "Overdue";
    static auto fields(auto&) { return no_fields(); }
  };
  using Private =
      runtime::Ref<Overdue, runtime::ProcessStarted, runtime::ProcessOutput, runtime::ProcessEnded>;

  Trial(TrialPlan plan, TrialEnvironment environment);

  void started(runtime::Context& self);
  void stopping(runtime::Context& self);
  void on(runtime::Context& self, const EndTrial& end);
  void on(runtime::Context& self, const Overdue&);
  void on(runtime::Context& self, const runtime::ProcessStarted& started);
  void on(runtime::Context& self, const runtime::ProcessOutput& output);
  void on(runtime::Context& self, const runtime::ProcessEnded& ended);

 private:
  [[nodiscard]] Result<void> start_program(runtime::Context& self);
  void recover_reports(runtime::Context& self);
  void pass_on(runtime::Context& self, const std::vector<ReportLine>& lines);
  void end_process();
  void settle_checkpoint(const runtime::ProcessEnded& ended);
  void finish(runtime::Context& self, AttemptEnded ended);

  TrialPlan plan_;
  TrialEnvironment environment_;
  std::optional<AttemptFolder> folder_;
  ReportParser parser_;
  runtime::ProcessId process_ = 0;
  bool process_ended_ = false;
  Resource reported_ = 0;
  std::uint32_t warnings_ = 0;
  std::string stderr_tail_;
};

}  // namespace troupe::actors
