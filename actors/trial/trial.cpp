#include "actors/trial/trial.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <utility>

#include "actors/trial/command_line.hpp"

namespace troupe::actors {

using runtime::Context;
using runtime::ProcessEnded;

namespace {

constexpr std::size_t tail_bytes_max = 4096;
constexpr std::uint32_t warnings_max = 20;  ///< Of one attempt; the rest is in its log.

Duration seconds(double s) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(s));
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

/// The last lines of a text, whole ones if possible.
std::string last_lines(const std::string& text, std::size_t lines_max) {
  std::size_t from = text.size();
  if (from > 0 && text[from - 1] == '\n') --from;
  for (std::size_t lines = 0; lines < lines_max && from != std::string::npos && from > 0; ++lines) {
    from = text.rfind('\n', from - 1);
    if (from == std::string::npos) return text;
  }
  return from == std::string::npos || from == 0 ? text : text.substr(from + 1);
}

}  // namespace

Trial::Trial(TrialPlan plan, TrialEnvironment environment)
    : plan_(std::move(plan)),
      environment_(std::move(environment)),
      parser_(plan_.spec->report, plan_.launch.from) {}

void Trial::started(Context& self) {
  if (const auto begun = start_program(self); !begun)
    finish(self, AttemptEnded{plan_.launch.trial, plan_.launch.attempt,
                              AttemptEnded::Cause::not_started, 0, begun.error().what, ""});
}

Result<void> Trial::start_program(Context& self) {
  const Launch& launch = plan_.launch;
  auto folder = AttemptFolder::prepare(plan_.study.folder, launch.trial, launch.attempt);
  if (!folder) return folder.error();
  folder_ = std::move(folder).value();
  recover_reports(self);
  TrialCommand command =
      trial_command(*plan_.spec, AttemptPlan{.trial = launch.trial,
                                             .attempt = launch.attempt,
                                             .from = launch.from,
                                             .until = launch.until,
                                             .config = launch.config,
                                             .seed = plan_.study.seed,
                                             .gpus = plan_.gpus,
                                             .trial_dir = folder_->trial_dir(),
                                             .checkpoint_dir = folder_->checkpoint_dir(),
                                             .config_file = folder_->config_file(),
                                             .environment = *environment_.variables});
  if (auto written = folder_->write_config(command.config_json); !written) return written;
  process_ = environment_.processes->start(
      std::move(command.process),
      [deliver = environment_.deliver, to = self.address()](runtime::ProcessEvent event) {
        deliver(to, std::move(event));
      });
  return {};
}

/// The checkpoint may be ahead of the journal: attempts that were lost with their node, or whose
/// head was gone, had reports that reached nobody. Their logs have them, and no program repeats
/// them.
void Trial::recover_reports(Context& self) {
  const ReportFormat& format = plan_.spec->report;
  if (format.after_resume == ReportFormat::AfterResume::restarts) return;
  const auto stream = format.stream == ReportFormat::Stream::stdout_stream ? runtime::Stream::out
                                                                           : runtime::Stream::err;
  std::map<Resource, ReportLine> unknown;
  for (std::uint32_t attempt = 1; attempt <= folder_->source(); ++attempt) {
    std::ifstream log(folder_->log_file(attempt, stream), std::ios::binary);
    ReportParser parser(format, plan_.launch.from);
    const auto keep = [&](std::vector<ReportLine> lines) {
      for (ReportLine& line : lines)
        if (const auto* report = std::get_if<Report>(&line);
            report != nullptr && report->resource > plan_.launch.from)
          unknown.try_emplace(report->resource, std::move(line));
    };
    std::vector<char> chunk(std::size_t{64} << 10);
    while (log.read(chunk.data(), static_cast<std::streamsize>(chunk.size())) || log.gcount() > 0)
      keep(parser.feed(stream,
                       std::string_view(chunk.data(), static_cast<std::size_t>(log.gcount()))));
    keep(parser.finish());
  }
  std::vector<ReportLine> in_order;
  for (auto& [resource, line] : unknown) in_order.push_back(std::move(line));
  pass_on(self, in_order);
}

void Trial::stopping(Context&) {
  // A node that stops at once, or a handler that failed: nobody is left to wait for a slow end.
  if (process_ != 0 && !process_ended_) environment_.processes->end(process_, Duration(0));
}

void Trial::on(Context& self, const EndTrial&) {
  if (process_ == 0 || process_ended_) return;
  // A program that was told how far to go ends there by itself, and may be saving its checkpoint.
  const bool ends_itself =
      plan_.spec->max_resource_attr && reported_ >= resource_limit(*plan_.spec, plan_.launch.until);
  if (!ends_itself) {
    end_process();
    return;
  }
  self.after(seconds(plan_.spec->grace_kill_s), Overdue{});
}

void Trial::on(Context&, const Overdue&) {
  if (!process_ended_) end_process();
}

void Trial::end_process() {
  environment_.processes->end(process_, seconds(plan_.spec->grace_kill_s));
}

void Trial::on(Context&, const runtime::ProcessStarted&) {}

void Trial::on(Context& self, const runtime::ProcessOutput& output) {
  if (auto logged = folder_->log(output.stream, output.bytes); !logged && warnings_++ == 0)
    self.tell(plan_.report_to,
              ReportMalformed{plan_.launch.trial, plan_.launch.attempt, logged.error().what});
  if (output.stream == runtime::Stream::err) {
    stderr_tail_ += output.bytes;
    if (stderr_tail_.size() > 2 * tail_bytes_max)
      stderr_tail_.erase(0, stderr_tail_.size() - tail_bytes_max);
  }
  pass_on(self, parser_.feed(output.stream, output.bytes));
  environment_.processes->more(output.process, output.stream);
}

void Trial::pass_on(Context& self, const std::vector<ReportLine>& lines) {
  const Launch& launch = plan_.launch;
  for (const ReportLine& line : lines) {
    if (const auto* report = std::get_if<Report>(&line)) {
      reported_ = std::max(reported_, report->resource);
      self.tell(plan_.report_to, Reported{launch.trial, launch.attempt, report->resource,
                                          report->metric, report->values});
    }
    if (const auto* malformed = std::get_if<Malformed>(&line);
        malformed != nullptr && warnings_++ < warnings_max)
      self.tell(plan_.report_to, ReportMalformed{launch.trial, launch.attempt,
                                                 malformed->why + ": " + malformed->line});
  }
}

void Trial::on(Context& self, const ProcessEnded& ended) {
  process_ended_ = true;
  pass_on(self, parser_.finish());
  settle_checkpoint(ended);
  constexpr std::size_t lines_shown = 10;
  finish(self, AttemptEnded{plan_.launch.trial, plan_.launch.attempt, cause_of(ended.cause),
                            ended.code, describe(ended), last_lines(stderr_tail_, lines_shown)});
}

/// What a program wrote before it failed is good if it had got as far as a report: a retry goes on
/// from there. One that fails before any may have been led astray by its checkpoint.
void Trial::settle_checkpoint(const ProcessEnded& ended) {
  if (ended.cause == ProcessEnded::Cause::lost) return;  // The next attempt salvages it.
  const bool sound = ended.requested || reported_ > 0 ||
                     (ended.cause == ProcessEnded::Cause::exited && ended.code == 0);
  const auto settled = sound ? folder_->publish() : folder_->discard();
  if (!settled) environment_.complain(settled.error().what);
}

void Trial::finish(Context& self, AttemptEnded ended) {
  self.tell(plan_.report_to, std::move(ended));
  self.stop();
}

}  // namespace troupe::actors
