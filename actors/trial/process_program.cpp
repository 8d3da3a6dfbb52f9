#include "actors/trial/process_program.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <string_view>
#include <utility>
#include <variant>

#include "actors/trial/command_line.hpp"
#include "actors/trial/work_folder.hpp"
#include "runtime/process/execution_problem.hpp"

namespace troupe::actors {

using runtime::ProcessEnded;

namespace {

constexpr std::size_t tail_bytes_max = 4096;

/// The stream with the reports.
runtime::Stream stream_of(const ReportFormat& format) {
  return format.stream == ReportFormat::Stream::stdout_stream ? runtime::Stream::out
                                                              : runtime::Stream::err;
}

/// The last `lines_max` lines of `text`.
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

ProcessProgram::ProcessProgram(TrialPlan plan, TrialEnvironment environment)
    : plan_(std::move(plan)),
      environment_(std::move(environment)),
      parser_(plan_.spec->report, plan_.launch.from),
      unread_(plan_.spec->report) {}

Result<std::vector<ReportLine>> ProcessProgram::start(runtime::Address trial) {
  const Launch& launch = plan_.launch;
  auto folder =
      AttemptFolder::prepare(plan_.study.folder, launch.trial, launch.attempt, launch.source_max);
  if (!folder) return folder.error();
  folder_ = std::move(folder).value();
  std::vector<ReportLine> unreceived = unreceived_reports();
  const bool anew = launch.from > 0 && starts_over();
  // A program without a checkpoint starts from nothing, and so does what it counts.
  Resource base = folder_->source() == 0 ? 0 : launch.from;
  for (const ReportLine& line : unreceived)
    if (const auto* report = std::get_if<Report>(&line); report != nullptr && counts())
      base = std::max(base, report->resource);
  if (auto counted = prepare_output(base); !counted) return counted.error();
  if (anew)
    unreceived.push_back(Malformed{
        "", "its checkpoint was lost with its node, or deleted to save room: it starts over"});
  const std::string work = work_folder(plan_.study.folder, launch.trial);
  const Entry& entry = plan_.spec->entry;
  if (entry.cwd == Entry::Cwd::trial)
    if (auto made = make_work_folder(work, entry.folder, plan_.study.folder); !made)
      return made.error();
  TrialCommand command = trial_command(
      *plan_.spec,
      AttemptPlan{.trial = launch.trial,
                  .attempt = launch.attempt,
                  .from = anew ? 0 : launch.from,
                  .until = launch.until,
                  .config = launch.config,
                  .seed = plan_.study.seed,
                  .gpus = plan_.gpus,
                  .trial_dir = folder_->trial_dir(),
                  .checkpoint_dir = folder_->checkpoint_dir(),
                  .config_file = folder_->config_file(),
                  .work_dir = work,
                  .environment = *environment_.variables,
                  .variables = plan_.variables ? *plan_.variables : std::vector<std::string>()});
  if (auto written = folder_->write_config(command.config_json); !written) return written.error();
  program_ = std::move(command.program);
  cwd_ = command.process.cwd;
  process_ = environment_.processes->start(
      std::move(command.process),
      [deliver = environment_.deliver, trial](runtime::ProcessEvent event) {
        // Start notices are dropped: nobody uses them, and each would wake an actor.
        if (!std::holds_alternative<runtime::ProcessStarted>(event))
          deliver(trial, std::move(event));
      });
  return unreceived;
}

/// Prepares the parser and the logs of the attempt, whose reports go on from `base`.
Result<void> ProcessProgram::prepare_output(Resource base) {
  const ReportFormat& format = plan_.spec->report;
  if (counts() && base > 0)
    if (auto stored = folder_->count_from(base); !stored) return stored;
  parser_ = ReportParser(format, base);
  folder_->bound_logs(format.max_log_bytes, stream_of(format),
                      [this](std::string_view line) { return parser_.is_relevant(line); });
  return {};
}

bool ProcessProgram::counts() const {
  return plan_.spec->report.resource == ReportFormat::ResourceSource::count;
}

/// Whether the checkpoint to resume from is lost. In a node's own folder the files of earlier
/// attempts do not tell, because those may have run on other nodes.
bool ProcessProgram::starts_over() const {
  if (plan_.transfers) return plan_.starts_over && folder_->source() == 0;
  return folder_->starts_over();
}

/// Reports in the logs of earlier attempts that no study received, because their node or head was
/// lost. The checkpoint may be ahead of the journal, and no program repeats such reports.
std::vector<ReportLine> ProcessProgram::unreceived_reports() const {
  const ReportFormat& format = plan_.spec->report;
  if (format.after_resume == ReportFormat::AfterResume::restarts) return {};
  const auto stream = stream_of(format);
  std::map<Resource, ReportLine> unknown;
  for (std::uint32_t attempt = 1; attempt <= folder_->source(); ++attempt) {
    std::ifstream log(folder_->log_file(attempt, stream), std::ios::binary);
    ReportParser parser(format, counts() ? folder_->counted_from(attempt) : plan_.launch.from);
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
  return in_order;
}

std::vector<ReportLine> ProcessProgram::read(const runtime::ProcessOutput& output) {
  std::vector<ReportLine> lines;
  if (auto logged = folder_->log(output.stream, output.bytes); !logged && log_error_.empty()) {
    log_error_ = logged.error().what;
    lines.push_back(Malformed{"", log_error_});
  }
  std::string& tail = output.stream == runtime::Stream::err ? stderr_tail_ : stdout_tail_;
  tail += output.bytes;
  if (tail.size() > 2 * tail_bytes_max) tail.erase(0, tail.size() - tail_bytes_max);
  for (ReportLine& line : parser_.feed(output.stream, output.bytes)) {
    has_reported_ = has_reported_ || std::holds_alternative<Report>(line);
    lines.push_back(std::move(line));
  }
  if (!has_reported_) unread_.feed(output.stream, output.bytes);
  return lines;
}

void ProcessProgram::more(runtime::Stream stream) {
  environment_.processes->more(process_, stream);
}

void ProcessProgram::end(Duration grace) {
  environment_.processes->end(process_, grace);
}

/// The checkpoint of a failed program is published if it reported at all: a retry resumes from it.
/// A program that failed before its first report may have failed because of its checkpoint.
std::vector<ReportLine> ProcessProgram::conclude(const ProcessEnded& ended,
                                                 schedulers::Resource reported,
                                                 bool infrastructure_failed) {
  std::vector<ReportLine> lines = parser_.finish();
  for (const ReportLine& line : lines)
    if (const auto* report = std::get_if<Report>(&line))
      reported = std::max(reported, report->resource);
  if (ended.cause == ProcessEnded::Cause::lost) return lines;  // The next attempt resumes from it.
  // A checkpoint that was saved on a full disk may be incomplete.
  const bool sound = ended_in_order(ended) || (reported > 0 && !infrastructure_failed);
  const auto stored = sound ? folder_->publish() : folder_->discard();
  if (!stored) lines.push_back(Malformed{"", stored.error().what});
  return lines;
}

/// The exit codes are those of env, stdbuf and shells. A program that reported was executed.
std::optional<std::string> ProcessProgram::execution_failure(const ProcessEnded& ended) const {
  constexpr std::int32_t cannot_execute = 126;
  constexpr std::int32_t not_found = 127;
  const bool failed = ended.cause == ProcessEnded::Cause::exited && !ended.requested &&
                      (ended.code == cannot_execute || ended.code == not_found);
  if (!failed || has_reported_) return std::nullopt;
  if (const auto problem = execution_problem()) return "cannot start " + program_ + ": " + *problem;
  return ended.code == not_found ? "a command was not found" : "a command cannot be executed";
}

std::optional<std::string> ProcessProgram::execution_problem() const {
  std::string_view path = runtime::default_search_path;
  for (const std::string& variable : *environment_.variables)
    if (variable.starts_with("PATH=")) path = std::string_view(variable).substr(5);
  for (const std::string& file : runtime::executable_paths(program_, path))
    if (auto problem = runtime::execution_problem(runtime::path_from(cwd_, file), path))
      return problem;
  return std::nullopt;
}

std::optional<std::string> ProcessProgram::infrastructure_failure() const {
  if (environment_.disk_full_reason)
    if (auto full = environment_.disk_full_reason(plan_.study.folder)) return full;
  return log_error_.empty() ? std::nullopt : std::optional(log_error_);
}

std::string ProcessProgram::tail(runtime::Stream stream) const {
  constexpr std::size_t lines_shown = 10;
  return last_lines(stream == runtime::Stream::err ? stderr_tail_ : stdout_tail_, lines_shown);
}

}  // namespace troupe::actors
