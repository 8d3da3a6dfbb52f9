#include "actors/trial/trial.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "actors/trial/command_line.hpp"
#include "actors/trial/process_program.hpp"
#include "runtime/core/seconds.hpp"

namespace troupe::actors {

using runtime::Context;
using runtime::ProcessEnded;

namespace {

constexpr std::uint32_t warnings_max = 20;  ///< Of one attempt; the rest is in its log.

/// Of a checkpoint's way from or to the head: the courier gives up by itself what stands still.
constexpr Duration courier_deadline = std::chrono::hours(48);

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

}  // namespace

Trial::Trial(TrialPlan plan, TrialEnvironment environment)
    : plan_(std::move(plan)), environment_(std::move(environment)) {}

void Trial::started(Context& self) {
  if (plan_.courier && !bring(self)) return;
  program_ = environment_.make_program ? environment_.make_program(plan_)
                                       : std::make_unique<ProcessProgram>(plan_, environment_);
  const auto unheard = program_->start(self.address());
  if (!unheard) {
    finish(self,
           AttemptEnded{plan_.launch.trial, plan_.launch.attempt, AttemptEnded::Cause::not_started,
                        0, unheard.error().what, ""},
           program_->excuse());
    return;
  }
  runs_ = true;
  self.tell(plan_.agent, AttemptBegun{});
  take(std::move(*unheard));
  pass_on(self);
}

/// What the attempt goes on from is at the head. False: it cannot begin, which is not its fault.
bool Trial::bring(Context& self) {
  const Launch& launch = plan_.launch;
  if (launch.attempt == 1) return true;
  auto brought =
      self.ask(plan_.courier, DownloadCheckpoint{launch.trial, launch.attempt}, courier_deadline);
  const std::string error = brought ? brought->error : brought.error().what;
  if (brought) plan_.starts_over = brought->starts_over;
  if (error.empty()) return true;
  finish(self,
         AttemptEnded{launch.trial, launch.attempt, AttemptEnded::Cause::lost, 0,
                      "its checkpoint was not brought from the head: " + error, ""},
         std::nullopt);
  return false;
}

/// Before the end is told: a promotion must find the checkpoint at the head. Where that cannot have
/// it, the attempt is as good as lost.
void Trial::hand_over(Context& self, std::optional<std::string>& excuse) {
  const Launch& launch = plan_.launch;
  const auto taken =
      self.ask(plan_.courier, UploadAttempt{launch.trial, launch.attempt}, courier_deadline);
  if (taken && taken->result == AttemptTaken::Result::taken) return;
  const std::string why = taken ? taken->why : taken.error().what;
  if (taken && taken->result == AttemptTaken::Result::refused) {
    take({Malformed{"", "the head refuses what it left: " + why}});
    pass_on(self);
  } else {
    excuse = "what it left was not brought to the head: " + why;
  }
}

void Trial::stopping(Context&) {
  // A node that stops at once, or a handler that failed: nobody is left to wait for a slow end.
  if (runs_) program_->end(Duration(0));
}

void Trial::on(Context& self, const EndTrial&) {
  if (!runs_) return;
  // A program that was told how far to go ends there by itself, and may be saving its checkpoint.
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
  asked_durable_ = false;
  const AttemptAck& taken = resume.taken;
  if (unacked_.has_after(taken.reports, taken.warnings)) {
    unacked_.each_after(taken.reports, taken.warnings,
                        [&](const auto& one) { self.tell(resume.study, one); });
    ask_durable(self);
    return;
  }
  incomplete_ = true;
  if (runs_) program_->end(seconds(plan_.spec->grace_kill_s));
  read_on();
}

void Trial::on(Context&, const Cancel&) {
  plan_.report_to = StudyRef();
  if (runs_) program_->end(seconds(plan_.spec->grace_kill_s));
  read_on();
}

void Trial::on(Context& self, const StudyOver&) {
  plan_.report_to = StudyRef();
  on(self, EndTrial{plan_.launch.trial, plan_.launch.attempt});
  read_on();
}

void Trial::on(Context& self, const DurableUpTo& durable) {
  asked_durable_ = false;
  unacked_.forget({durable.reports, durable.warnings});
  ask_durable(self);
  read_on();
}

void Trial::on(Context&, const GraceExpired&) {
  if (runs_) program_->end(seconds(plan_.spec->grace_kill_s));
}

void Trial::on(Context& self, const runtime::ProcessOutput& output) {
  take(program_->read(output));
  unread_.push_back(output.stream);
  if (!std::exchange(pass_on_due_, true))
    self.tell(runtime::Ref<SendReports>(self.address()), SendReports{});
}

/// Behind what is in the mailbox: if the end is, too, both are told at once.
void Trial::on(Context& self, const SendReports&) {
  pass_on_due_ = false;
  pass_on(self);
  ask_durable(self);
  read_on();
}

/// After a gap nothing counts that comes later; the next attempt finds it in the log.
bool Trial::is_heard() const {
  return !incomplete_ && plan_.report_to;
}

/// Also remembers it.
template <typename M>
void Trial::tell(Context& self, M message) {
  if (!is_heard()) return;
  unacked_.add(message);
  self.tell(plan_.report_to, std::move(message));
}

/// Early enough that a study that keeps up never makes the program wait.
void Trial::ask_durable(Context& self) {
  if (!is_heard() || asked_durable_ || 2 * unacked_.size() < environment_.told_ahead_max) return;
  asked_durable_ = true;
  const UnackedReports::Counts all = unacked_.counts();
  self.tell(plan_.report_to, NotifyWhenDurable{{all.reports, all.warnings},
                                               runtime::Ref<DurableUpTo>(self.address())});
}

void Trial::read_on() {
  if (!runs_ || (is_heard() && unacked_.size() >= environment_.told_ahead_max)) return;
  for (const runtime::Stream stream : unread_) program_->more(stream);
  unread_.clear();
}

void Trial::take(std::vector<ReportLine> lines) {
  for (ReportLine& line : lines) {
    if (const auto* report = std::get_if<Report>(&line))
      reported_ = std::max(reported_, report->resource);
    untold_.push_back(std::move(line));
  }
}

void Trial::pass_on(Context& self) {
  const Launch& launch = plan_.launch;
  for (const ReportLine& line : untold_) {
    if (const auto* report = std::get_if<Report>(&line))
      tell(self, Reported{launch.trial, launch.attempt, report->resource, report->metric,
                          report->values});
    if (const auto* malformed = std::get_if<Malformed>(&line);
        malformed != nullptr && warnings_++ < warnings_max)
      tell(self, ReportMalformed{launch.trial, launch.attempt, to_text(*malformed)});
  }
  untold_.clear();
}

void Trial::on(Context& self, const ProcessEnded& ended) {
  runs_ = false;
  auto excuse = ended_in_order(ended) ? std::nullopt : program_->excuse();
  take(program_->settle(ended, reported_, excuse.has_value()));
  pass_on(self);
  AttemptEnded end{plan_.launch.trial, plan_.launch.attempt, cause_of(ended.cause),
                   ended.code,         describe(ended),      program_->last_words()};
  if (plan_.courier) {
    if (ended.cause == ProcessEnded::Cause::not_started) end.detail += not_shared;
    hand_over(self, excuse);
  }
  finish(self, std::move(end), excuse);
}

/// A failure that is not the program's own costs it no retry.
void Trial::finish(Context& self, AttemptEnded ended, const std::optional<std::string>& excuse) {
  if (excuse) {
    ended.cause = AttemptEnded::Cause::lost;
    ended.detail += ", and " + *excuse;
  }
  if (incomplete_) {
    ended.cause = AttemptEnded::Cause::lost;
    ended.detail += unknown_start;
  }
  self.tell(plan_.report_to, ended);
  self.tell(plan_.agent, AttemptOver{std::move(ended), std::move(unacked_), plan_.report_to});
  self.stop();
}

}  // namespace troupe::actors
