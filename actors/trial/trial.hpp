#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/study/protocol.hpp"
#include "actors/trial/report_pacing.hpp"
#include "actors/trial/trial_plan.hpp"
#include "actors/trial/trial_timeouts.hpp"
#include "runtime/context.hpp"
#include "runtime/process/processes.hpp"

namespace troupe::actors {

/// The head was restarted. The trial sends what the journal lacks, and then continues, to `study`.
struct Resume {
  static constexpr std::string_view wire_name = "Resume";
  static constexpr bool local_only = true;
  StudyRef study;
  AttemptAck ack;
  static auto fields(auto&) { return no_fields(); }
};

/// The attempt was given up, and its trial may be started elsewhere. Ends the program within one
/// kill grace, even if it is about to end by itself; nothing more is sent to the study.
struct Cancel {
  static constexpr std::string_view wire_name = "Cancel";
  static constexpr bool local_only = true;
  static auto fields(auto&) { return no_fields(); }
};

/// The study has ended. Ends the program as EndTrial does; nothing more is sent to the study.
struct StudyOver {
  static constexpr std::string_view wire_name = "StudyOver";
  static constexpr bool local_only = true;
  static auto fields(auto&) { return no_fields(); }
};

/// The agent noticed something that the user should know. The trial sends the study a warning.
struct WarnStudy {
  static constexpr std::string_view wire_name = "WarnStudy";
  static constexpr bool local_only = true;
  std::string text;
  static auto fields(auto&) { return no_fields(); }
};

/// Owns the running program of one attempt. Sends the study each report, no faster than the study
/// makes them durable, and last how the attempt ended; by then the process tree is gone and the
/// checkpoint is published. Then the actor stops.
class Trial {
 public:
  using Ref = runtime::Ref<EndTrial, Resume, Cancel, StudyOver, DurableUpTo, WarnStudy>;

  /// The kill grace of a program that was to end by itself is over.
  struct GraceExpired {
    static constexpr std::string_view wire_name = "GraceExpired";
    static auto fields(auto&) { return no_fields(); }
  };
  /// Time to send the parsed reports to the study; arrives behind what was in the mailbox.
  struct SendReports {
    static constexpr std::string_view wire_name = "SendReports";
    static auto fields(auto&) { return no_fields(); }
  };
  /// The time without a report, or of the attempt, may be over.
  struct CheckTimeouts {
    static constexpr std::string_view wire_name = "CheckTimeouts";
    static constexpr bool local_only = true;
    static auto fields(auto&) { return no_fields(); }
  };
  using Private = runtime::Ref<GraceExpired, SendReports, CheckTimeouts, runtime::ProcessOutput,
                               runtime::ProcessEnded>;

  Trial(TrialPlan plan, TrialEnvironment environment);

  void started(runtime::Context& self);
  void stopping(runtime::Context& self);
  void on(runtime::Context& self, const EndTrial& end);
  void on(runtime::Context& self, const Resume& resume);
  void on(runtime::Context& self, const Cancel&);
  void on(runtime::Context& self, const StudyOver&);
  void on(runtime::Context& self, const DurableUpTo& durable);
  void on(runtime::Context& self, const WarnStudy& warning);
  void on(runtime::Context& self, const GraceExpired&);
  void on(runtime::Context& self, const SendReports&);
  void on(runtime::Context& self, const CheckTimeouts&);
  void on(runtime::Context& self, const runtime::ProcessOutput& output);
  void on(runtime::Context& self, const runtime::ProcessEnded& ended);

 private:
  [[nodiscard]] bool download(runtime::Context& self);
  void upload(runtime::Context& self, std::optional<std::string>& infrastructure_failure);
  /// Returns the number of reports among `lines`.
  struct Taken {
    std::size_t reports = 0;
    std::size_t resources = 0;  ///< Reports above every resource before.
  };
  Taken take(std::vector<ReportLine> lines);
  void send_reports(runtime::Context& self);
  template <typename M>
  void send(runtime::Context& self, M message);
  [[nodiscard]] bool has_listener() const;
  void request_durable(runtime::Context& self);
  void resume_reading(runtime::Context& self);
  void watch_timeouts(runtime::Context& self);
  void finish(runtime::Context& self, AttemptEnded ended,
              const std::optional<std::string>& infrastructure_failure);

  TrialPlan plan_;
  TrialEnvironment environment_;
  std::unique_ptr<Program> program_;
  bool runs_ = false;
  std::vector<ReportLine> unsent_;
  bool send_due_ = false;  ///< A SendReports is in the mailbox.
  UnackedReports unacked_;
  bool durable_requested_ = false;
  std::vector<runtime::Stream> unread_;  ///< Streams whose next output was not let in yet.
  bool reports_lost_ = false;            ///< The study will never have all reports of the attempt.
  TrialTimeouts timeouts_;
  std::optional<Instant> check_planned_for_;
  runtime::TimerId check_timer_{};
  std::string timed_out_;  ///< Why the program was ended before its time; empty if it was not.
  Resource reported_ = 0;
  bool silent_ = true;  ///< Whether the program itself has reported nothing.
  std::uint32_t warnings_ = 0;
  ReportPacing pacing_;
};

}  // namespace troupe::actors
