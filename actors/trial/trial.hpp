#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/study/protocol.hpp"
#include "actors/trial/program.hpp"
#include "actors/trial/trial_plan.hpp"
#include "runtime/context.hpp"
#include "runtime/process/processes.hpp"

namespace troupe::actors {

/// The head was restarted: from now on that study is told, first what it does not know yet.
struct Resume {
  static constexpr std::string_view wire_name = "Resume";
  static constexpr bool local_only = true;
  StudyRef study;
  AttemptAck taken;
  static auto fields(auto&) { return no_fields(); }
};

/// Nobody wants the attempt any more, and it may be started elsewhere: its program is gone within
/// one grace, whatever it is doing, and nothing more is told of it.
struct Cancel {
  static constexpr std::string_view wire_name = "Abandon";
  static constexpr bool local_only = true;
  static auto fields(auto&) { return no_fields(); }
};

/// The study is over: nothing more is told, and the program ends as when it is told to.
struct StudyOver {
  static constexpr std::string_view wire_name = "StudyOver";
  static constexpr bool local_only = true;
  static auto fields(auto&) { return no_fields(); }
};

/// Owns the running program of one attempt. Tells the study each report, no faster than the study
/// makes them durable, and last how the attempt ended; by then the process tree is gone and the
/// checkpoint is published. Then it stops.
class Trial {
 public:
  using Ref = runtime::Ref<EndTrial, Resume, Cancel, StudyOver, DurableUpTo>;

  /// The program was to end by itself, and has not.
  struct GraceExpired {
    static constexpr std::string_view wire_name = "Overdue";
    static auto fields(auto&) { return no_fields(); }
  };
  /// What the program printed is to be told.
  struct SendReports {
    static constexpr std::string_view wire_name = "PassOn";
    static auto fields(auto&) { return no_fields(); }
  };
  using Private =
      runtime::Ref<GraceExpired, SendReports, runtime::ProcessOutput, runtime::ProcessEnded>;

  Trial(TrialPlan plan, TrialEnvironment environment);

  void started(runtime::Context& self);
  void stopping(runtime::Context& self);
  void on(runtime::Context& self, const EndTrial& end);
  void on(runtime::Context& self, const Resume& resume);
  void on(runtime::Context& self, const Cancel&);
  void on(runtime::Context& self, const StudyOver&);
  void on(runtime::Context& self, const DurableUpTo& durable);
  void on(runtime::Context& self, const GraceExpired&);
  void on(runtime::Context& self, const SendReports&);
  void on(runtime::Context& self, const runtime::ProcessOutput& output);
  void on(runtime::Context& self, const runtime::ProcessEnded& ended);

 private:
  [[nodiscard]] bool bring(runtime::Context& self);
  void hand_over(runtime::Context& self, std::optional<std::string>& excuse);
  void take(std::vector<ReportLine> lines);
  void pass_on(runtime::Context& self);
  template <typename M>
  void tell(runtime::Context& self, M message);
  [[nodiscard]] bool is_heard() const;
  void ask_durable(runtime::Context& self);
  void read_on();
  void finish(runtime::Context& self, AttemptEnded ended, const std::optional<std::string>& excuse);

  TrialPlan plan_;
  TrialEnvironment environment_;
  std::unique_ptr<Program> program_;
  bool runs_ = false;
  std::vector<ReportLine> untold_;
  bool pass_on_due_ = false;  ///< A SendReports is on its way.
  UnackedReports unacked_;
  bool asked_durable_ = false;
  std::vector<runtime::Stream> unread_;  ///< The study is behind: these wait.
  bool incomplete_ = false;              ///< The study misses some of it for good.
  Resource reported_ = 0;
  std::uint32_t warnings_ = 0;
};

}  // namespace troupe::actors
