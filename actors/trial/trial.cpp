#include "actors/trial/trial.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include <signal.h>

#include "actors/trial/command_line.hpp"
#include "actors/trial/process_program.hpp"
#include "runtime/core/seconds.hpp"

namespace troupe::actors {

using runtime::Context;
using runtime::ProcessEnded;

namespace {

constexpr std::uint32_t warnings_max = 20;  ///< Of an attempt. Later ones are in its log only.

/// For a transfer from or to the head. A transfer that makes no progress is given up earlier.
constexpr Duration transfer_deadline = std::chrono::hours(48);

constexpr const char* not_shared =
    " (this node does not share the study's folder: the program must be there on it too)";

std::string to_text(const Malformed& line) {
  return line.line.empty() ? line.why : line.why + ": " + line.line;
}

AttemptEnded::Cause cause_of(ProcessEnded::Cause cause) {
  switch (cause) {
    case ProcessEnded::Cause::exited:
      return AttemptEnded::Cause::exited;
    case ProcessEnded::Cause::signaled:
      return AttemptEnded::Cause::signaled;
    case ProcessEnded::Cause::out_of_memory:
      return AttemptEnded::Cause::out_of_memory;
    case ProcessEnded::Cause::not_started:
      return AttemptEnded::Cause::not_started;
    case ProcessEnded::Cause::lost:
      return AttemptEnded::Cause::lost;
  }
  return AttemptEnded::Cause::lost;
}

/// What a program that was not started says about its node. `error`: errno.
AttemptEnded::NodeFault fault_of(int error) {
  switch (error) {
    case E2BIG:  // The arguments of this trial.
      return AttemptEnded::NodeFault::none;
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case ELOOP:
    case EACCES:
    case EPERM:
    case ENOEXEC:
    case EINVAL:
    case ELIBBAD:
      return AttemptEnded::NodeFault::program;
    default:
      return AttemptEnded::NodeFault::resources;
  }
}

/// The end of a program that was ended because it hung, however it took that: it is no success.
ProcessEnded killed_in_failure(ProcessEnded ended) {
  ended.requested = false;
  ended.cause = ProcessEnded::Cause::signaled;
  ended.code = SIGTERM;
  return ended;
}

}  // namespace

Trial::Trial(TrialPlan plan, TrialEnvironment environment)
    : plan_(std::move(plan)),
      environment_(std::move(environment)),
      timeouts_(plan_.spec->trial_timeout_s, plan_.spec->report_timeout_s) {}

void Trial::started(Context& self) {
  if (plan_.transfers && !download(self)) return;
  program_ = environment_.make_program ? environment_.make_program(plan_)
                                       : std::make_unique<ProcessProgram>(plan_, environment_);
  const auto unreceived = program_->start(self.address());
  if (!unreceived) {
    AttemptEnded end{plan_.launch.trial,
                     plan_.launch.attempt,
                     AttemptEnded::Cause::not_started,
                     0,
                     unreceived.error().what,
                     ""};
    if (unreceived.error().kind == ErrorKind::io)
      end.node_fault = AttemptEnded::NodeFault::resources;
    finish(self, std::move(end), program_->infrastructure_failure());
    return;
  }
  runs_ = true;
  timeouts_.start(self.now());
  watch_timeouts(self);
  pacing_.start(self.now());
  self.tell(plan_.agent, AttemptBegun{});
  take(std::move(*unreceived));
  send_reports(self);
}

/// Downloads the checkpoint that the attempt resumes from. False: that failed, and the attempt
/// ended as lost.
bool Trial::download(Context& self) {
  const Launch& launch = plan_.launch;
  if (launch.source_max == 0) return true;
  auto downloaded =
      self.ask(plan_.transfers, DownloadCheckpoint{launch.trial, launch.attempt, launch.source_max},
               transfer_deadline);
  const std::string error = downloaded ? downloaded->error : downloaded.error().what;
  if (downloaded) plan_.starts_over = downloaded->starts_over;
  if (error.empty()) return true;
  AttemptEnded end{launch.trial,
                   launch.attempt,
                   AttemptEnded::Cause::lost,
                   0,
                   "its checkpoint was not brought from the head: " + error,
                   ""};
  if (downloaded && downloaded->disk_failed) end.node_fault = AttemptEnded::NodeFault::resources;
  finish(self, std::move(end), std::nullopt);
  return false;
}

/// Uploads checkpoint and logs to the head, before the end of the attempt is reported: a promotion
/// must find the checkpoint there. A failed upload is an infrastructure failure.
void Trial::upload(Context& self, std::optional<std::string>& infrastructure_failure) {
  const Launch& launch = plan_.launch;
  const auto offer = [&] {
    return self.ask(plan_.transfers, UploadAttempt{launch.trial, launch.attempt},
                    transfer_deadline);
  };
  auto ack = offer();
  if (ack && ack->result == UploadReply::Result::no_room) {
    take({Malformed{"", "what it left waits for space at the head: " + ack->why}});
    send_reports(self);
    while (ack && ack->result == UploadReply::Result::no_room) ack = offer();
  }
  if (ack && ack->result == UploadReply::Result::taken) return;
  const std::string why = ack ? ack->why : ack.error().what;
  if (ack && ack->result == UploadReply::Result::refused) {
    take({Malformed{"", "the head refuses what it left: " + why}});
    send_reports(self);
  } else {
    infrastructure_failure = "what it left was not brought to the head: " + why;
  }
}

void Trial::stopping(Context&) {
  // The node stops at once, or a handler has failed: no grace is left.
  if (runs_) program_->end(Duration(0));
}

void Trial::on(Context& self, const EndTrial&) {
  if (!runs_) return;
  timeouts_.disarm();
  // A program that knows its maximal resource ends there by itself, and may still save a
  // checkpoint.
  const bool ends_itself =
      plan_.spec->max_resource_attr && reported_ >= resource_limit(*plan_.spec, plan_.launch.until);
  if (!ends_itself) {
    program_->end(seconds(plan_.spec->grace_kill_s));
    return;
  }
  self.after(seconds(plan_.spec->grace_kill_s), GraceExpired{});
}

void Trial::on(Context& self, const Resume& resume) {
  plan_.report_to = resume.study;
  durable_requested_ = false;
  const AttemptAck& ack = resume.ack;
  if (unacked_.has_after(ack.reports, ack.warnings)) {
    unacked_.each_after(ack.reports, ack.warnings,
                        [&](const auto& one) { self.tell(resume.study, one); });
    request_durable(self);
    return;
  }
  reports_lost_ = true;
  timeouts_.disarm();
  if (runs_) program_->end(seconds(plan_.spec->grace_kill_s));
  resume_reading(self);
}

void Trial::on(Context& self, const Cancel&) {
  plan_.report_to = StudyRef();
  timeouts_.disarm();
  if (runs_) program_->end(seconds(plan_.spec->grace_kill_s));
  resume_reading(self);
}

void Trial::on(Context& self, const StudyOver&) {
  plan_.report_to = StudyRef();
  on(self, EndTrial{plan_.launch.trial, plan_.launch.attempt});
  resume_reading(self);
}

void Trial::on(Context& self, const DurableUpTo& durable) {
  durable_requested_ = false;
  unacked_.acknowledge({durable.reports, durable.warnings});
  request_durable(self);
  resume_reading(self);
}

void Trial::on(Context& self, const WarnStudy& warning) {
  if (!runs_) return;
  take({Malformed{"", warning.text, std::string(shared_files_kind)}});
  send_reports(self);
  self.tell(plan_.agent, StudyWarningSent{});
}

void Trial::on(Context&, const GraceExpired&) {
  if (runs_) program_->end(seconds(plan_.spec->grace_kill_s));
}

void Trial::on(Context& self, const runtime::ProcessOutput& output) {
  const Taken taken = take(program_->read(output));
  pacing_.on_output(self.now(), taken.resources);
  if (taken.reports > 0) {
    silent_ = false;
    timeouts_.on_report(self.now());
  }
  unread_.push_back(output.stream);
  if (!std::exchange(send_due_, true))
    self.tell(runtime::Ref<SendReports>(self.address()), SendReports{});
}

/// Runs behind what was in the mailbox, so that reports and the end of a program are sent together.
void Trial::on(Context& self, const SendReports&) {
  send_due_ = false;
  send_reports(self);
  request_durable(self);
  resume_reading(self);
}

/// Whether reports are sent at all. Not after some were lost: the next attempt reads all from the
/// log.
bool Trial::has_listener() const {
  return !reports_lost_ && plan_.report_to;
}

/// Sends a message to the study, and keeps it until it is durable.
template <typename M>
void Trial::send(Context& self, M message) {
  if (!has_listener()) return;
  unacked_.add(message);
  self.tell(plan_.report_to, std::move(message));
}

/// Asks for DurableUpTo once half of `told_ahead_max` messages are unacknowledged, so that a study
/// that keeps up never blocks the program.
void Trial::request_durable(Context& self) {
  if (!has_listener() || durable_requested_ || 2 * unacked_.size() < environment_.told_ahead_max)
    return;
  durable_requested_ = true;
  const UnackedReports::Counts all = unacked_.counts();
  self.tell(plan_.report_to, NotifyWhenDurable{{all.reports, all.warnings},
                                               runtime::Ref<DurableUpTo>(self.address())});
}

void Trial::resume_reading(Context& self) {
  if (!runs_) return;
  const bool reads = !has_listener() || unacked_.size() < environment_.told_ahead_max;
  timeouts_.set_reading(reads, self.now());
  if (!reads) return;
  watch_timeouts(self);
  for (const runtime::Stream stream : unread_) program_->more(stream);
  unread_.clear();
}

/// Plans the next check of the time-outs, unless an earlier one is planned.
void Trial::watch_timeouts(Context& self) {
  const auto next = timeouts_.next();
  if (!next || (check_planned_for_ && *check_planned_for_ <= *next)) return;
  if (check_planned_for_) self.cancel(check_timer_);
  check_planned_for_ = std::max(*next, self.now());
  check_timer_ = self.after(*check_planned_for_ - self.now(), CheckTimeouts{});
}

void Trial::on(Context& self, const CheckTimeouts&) {
  const Instant due = check_planned_for_.value_or(self.now());
  check_planned_for_.reset();
  if (!runs_) return;
  const auto why = timeouts_.check(self.now(), due);
  if (!why) return watch_timeouts(self);
  timed_out_ = *why;
  timeouts_.disarm();
  program_->end(seconds(plan_.spec->grace_kill_s));
}

Trial::Taken Trial::take(std::vector<ReportLine> lines) {
  Taken taken;
  for (ReportLine& line : lines) {
    if (const auto* report = std::get_if<Report>(&line)) {
      ++taken.reports;
      if (report->resource > reported_) ++taken.resources;
      reported_ = std::max(reported_, report->resource);
    }
    unsent_.push_back(std::move(line));
  }
  return taken;
}

void Trial::send_reports(Context& self) {
  const Launch& launch = plan_.launch;
  for (const ReportLine& line : unsent_) {
    if (const auto* report = std::get_if<Report>(&line))
      send(self, Reported{launch.trial, launch.attempt, report->resource, report->metric,
                          report->values});
    if (const auto* malformed = std::get_if<Malformed>(&line);
        malformed != nullptr && warnings_++ < warnings_max)
      send(self,
           ReportMalformed{launch.trial, launch.attempt, to_text(*malformed), malformed->once});
  }
  unsent_.clear();
}

void Trial::on(Context& self, const ProcessEnded& process_ended) {
  runs_ = false;
  const bool timed_out = !timed_out_.empty() && process_ended.requested &&
                         process_ended.cause != ProcessEnded::Cause::lost;
  const ProcessEnded ended = timed_out ? killed_in_failure(process_ended) : process_ended;
  auto infrastructure_failure =
      ended_in_order(ended) ? std::nullopt : program_->infrastructure_failure();
  const auto execution_failure = program_->execution_failure(ended);
  const Taken last =
      take(program_->conclude(ended, silent_ ? 0 : reported_, infrastructure_failure.has_value()));
  if (last.reports > 0) silent_ = false;
  send_reports(self);
  AttemptEnded end{.trial = plan_.launch.trial,
                   .attempt = plan_.launch.attempt,
                   .cause = cause_of(ended.cause),
                   .code = ended.code,
                   .detail = describe(ended),
                   .stderr_tail = program_->tail(runtime::Stream::err),
                   .stdout_tail = {},
                   .source = program_->source(),
                   .report_hint = {},
                   .buffering = {},
                   .silent = silent_,
                   .node_fault = {}};
  if (infrastructure_failure) {
    end.node_fault = AttemptEnded::NodeFault::resources;
  } else if (ended.cause == ProcessEnded::Cause::not_started) {
    end.node_fault = fault_of(ended.code);
  } else if (execution_failure) {
    end.node_fault = AttemptEnded::NodeFault::program;
    end.detail += ": " + *execution_failure;
  }
  if (reported_ == 0) {
    end.stdout_tail = program_->tail(runtime::Stream::out);
    end.report_hint = program_->report_hint();
  }
  if (timed_out) {
    end.cause = AttemptEnded::Cause::timed_out;
    end.code = 0;
    end.detail = timed_out_;
  }
  if (const auto seen = pacing_.buffering(self.now()))
    end.buffering = *seen + what_follows_from_buffering(plan_.spec->report.unbuffer);
  if (plan_.transfers) {
    if (ended.cause == ProcessEnded::Cause::not_started) end.detail += not_shared;
    upload(self, infrastructure_failure);
  }
  finish(self, std::move(end), infrastructure_failure);
}

/// Reports the end of the attempt and stops. An infrastructure failure uses up no retry.
void Trial::finish(Context& self, AttemptEnded ended,
                   const std::optional<std::string>& infrastructure_failure) {
  if (infrastructure_failure) {
    ended.cause = AttemptEnded::Cause::lost;
    ended.detail += ", and " + *infrastructure_failure;
  }
  if (reports_lost_) {
    ended.cause = AttemptEnded::Cause::lost;
    ended.detail += lost_acked_reports;
  }
  self.tell(plan_.report_to, ended);
  self.tell(plan_.agent, AttemptOver{std::move(ended), std::move(unacked_), plan_.report_to});
  self.stop();
}

}  // namespace troupe::actors
