#include "test/simulation/cluster/program_model.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <utility>

#include "actors/json.hpp"
#include "actors/trial/command_line.hpp"
#include "runtime/core/rng.hpp"

namespace troupe::actors::cluster {

using namespace std::chrono_literals;
using runtime::ProcessEnded;
using runtime::Stream;
using runtime::simulation::Script;

namespace {

constexpr std::int32_t exit_for_restart = 75;

Duration draw(Rng& rng, Duration low, Duration high) {
  const auto spread = static_cast<std::uint64_t>((high - low).count());
  return low + Duration(static_cast<Duration::rep>(rng.below(spread)));
}

double metric(std::uint64_t seed, TrialId trial, Resource resource) {
  const double quality = Rng::stream(seed, "quality", trial).uniform();
  const double noise =
      Rng::stream(seed, "noise",
                  (std::uint64_t{trial} << 16) + static_cast<std::uint64_t>(resource))
          .uniform();
  return quality + 1 / std::sqrt(static_cast<double>(resource)) + 0.05 * noise;
}

std::string line_of(std::uint64_t seed, TrialId trial, Resource resource) {
  return "[tune-metric]: {\"epoch\": " + std::to_string(resource) +
         ", \"loss\": " + json_number(metric(seed, trial, resource)) + "}\n";
}

/// Repeats a print 50 times, 1 ms apart and three times as long.
void repeat(std::vector<Script::Print>& prints, std::size_t at) {
  constexpr std::size_t times = 50;
  const Script::Print again{1ms, prints[at].bytes + prints[at].bytes + prints[at].bytes};
  prints.insert(prints.begin() + static_cast<std::ptrdiff_t>(at) + 1, times, again);
}

/// The index of a report, if there is one.
std::size_t any_report(const std::vector<Script::Print>& prints, Rng& rng) {
  const std::size_t drawn = rng.below(prints.size());
  for (std::size_t i = 0; i < prints.size(); ++i)
    if (const std::size_t at = (drawn + i) % prints.size(); !prints[at].bytes.empty()) return at;
  return drawn;
}

/// Adds a fault to the script of an attempt, in half of the cases.
void misbehave(Script& script, Rng& rng) {
  auto& prints = script.prints;
  const auto any_print = [&] { return rng.below(prints.size() + 1); };
  const auto cut_after = [&](std::size_t kept, std::int32_t code) {
    prints.erase(prints.begin() + static_cast<std::ptrdiff_t>(kept), prints.end());
    script.end.code = code;
  };
  switch (rng.below(16)) {
    case 0:  // The program crashes.
      return cut_after(any_print(), 1);
    case 1:  // The program asks for a restart.
      return cut_after(any_print(), exit_for_restart);
    case 2:  // The program hangs for 10 to 30 s.
      if (!prints.empty()) prints[rng.below(prints.size())].after += draw(rng, 10s, 30s);
      return;
    case 3:  // The program floods both streams, also with malformed reports.
      for (int i = 0; i < 4; ++i)
        prints.insert(prints.begin() + static_cast<std::ptrdiff_t>(any_print()),
                      {1ms, std::string(3000, 'x') + "\n[tune-metric]: {broken\n",
                       i % 2 == 0 ? Stream::out : Stream::err});
      return;
    case 4:
      script.on_term = Script::OnTerm::ignores;
      return;
    case 5:  // The program ends late.
      script.ends_after = draw(rng, 0s, 4s);
      return;
    case 6:  // The program ignores SIGTERM and ends late.
      script.on_term = Script::OnTerm::ignores;
      script.ends_after = draw(rng, 1s, 10s);
      return;
    case 7:  // The program repeats a report faster than a slow disk writes it.
      if (prints.empty() || rng.below(4) != 0) return;
      return repeat(prints, any_report(prints, rng));
    default:
      return;
  }
}

}  // namespace

ProgramHabits habits_of(std::uint64_t seed, TrialId trial) {
  switch (Rng::stream(seed, "habits", trial).below(8)) {
    case 0:
      return {.reports_every = 2};
    case 1:
      return {.reports_every = 4};
    case 2:
      return {.saves = false};
    case 3:
      return {.reports_first = true};
    // None of those that report first: if it is told to pause, and fails in the save after that,
    // the study takes what it left for a checkpoint.
    case 4:
    case 5:
      return {.saves_in_place = true};
    default:
      return {};
  }
}

namespace {

/// Prints of the program of `attempt` for one unit of resource.
std::vector<Script::Print> unit_prints(ProgramContext& context, AttemptKey attempt,
                                       Resource resource, Duration unit, Duration pause) {
  const ProgramHabits habits = habits_of(context.seed, attempt.first);
  const bool reports = resource == 1 || resource % habits.reports_every == 0;
  Script::Print save{unit, {}};
  if (habits.saves)
    save.effect = [&context, attempt, resource, awaits = reports && !habits.reports_first] {
      context.saving.erase(attempt);
      context.folders.save(attempt.first, attempt.second, resource);
      if (awaits) context.unreported.insert(attempt);
    };
  Script::Print report{pause, {}};
  if (reports) {
    report.bytes = line_of(context.seed, attempt.first, resource);
    report.effect = [&context, attempt] { context.unreported.erase(attempt); };
  }
  std::vector<Script::Print> prints{std::move(save)};
  if (context.tears && habits.saves_in_place) {
    Script::Print begin{unit / 2, {}};
    begin.effect = [&context, attempt, resource] {
      context.saving[attempt] = resource;
      context.folders.begin_save(attempt.first, attempt.second);
    };
    prints.front().after = unit / 2;
    prints.insert(prints.begin(), std::move(begin));
  }
  prints.insert(habits.reports_first ? prints.begin() : prints.end(), std::move(report));
  return prints;
}

/// A program that was asked to end, or that asks for a restart, is done with its checkpoint first.
/// `code`: the exit code of its script.
void on_program_gone(ProgramContext& context, AttemptKey attempt, std::int32_t code) {
  const bool in_order = context.requested.contains(attempt) || code == exit_for_restart;
  if (const auto saving = context.saving.extract(attempt); !saving.empty()) {
    if (in_order) context.folders.save(attempt.first, attempt.second, saving.mapped());
    if (!in_order && code == 0) context.coverage->hit(Mark::save);
  }
  if (context.unreported.erase(attempt) > 0 && code == 0)
    context.coverage->hit(Mark::unreported_checkpoint);
  context.ledger->program_is_gone(attempt);
}

}  // namespace

Script script_of(ProgramContext& context, AttemptKey attempt, Resource until,
                 const std::string& host) {
  const auto [trial, number] = attempt;
  Rng rng = Rng::stream(context.seed, "program", (std::uint64_t{trial} << 16) + number);
  Script script;
  const Duration unit = draw(rng, 20ms, 600ms);
  const Duration pause = draw(rng, 1ms, 200ms);
  if (context.folders.is_torn(trial, number)) {
    context.coverage->hit(Mark::torn);
    script.prints.push_back({pause, "cannot read the checkpoint\n", Stream::err});
    script.end.code = 1;
  } else {
    for (Resource resource = context.folders.checkpoint(trial, number) + 1; resource <= until;
         ++resource)
      std::ranges::move(unit_prints(context, attempt, resource, unit, pause),
                        std::back_inserter(script.prints));
    if (context.misbehave) misbehave(script, rng);
  }
  script.gone = [&context, attempt, code = script.end.code] {
    on_program_gone(context, attempt, code);
  };
  context.ledger->program_begins(attempt, host);
  return script;
}

FolderProgram::FolderProgram(const TrialPlan& plan, ProgramContext& context, std::string host,
                             runtime::Processes& processes, Deliver deliver)
    : spec_(plan.spec),
      attempt_(plan.launch.trial, plan.launch.attempt),
      source_max_(plan.launch.source_max),
      from_(plan.launch.from),
      until_(resource_limit(*plan.spec, plan.launch.until)),
      context_(context),
      host_(std::move(host)),
      folder_(plan.study.folder),
      apart_(static_cast<bool>(plan.transfers)),
      processes_(processes),
      deliver_(std::move(deliver)),
      parser_(plan.spec->report, plan.launch.from) {}

Result<std::vector<ReportLine>> FolderProgram::start(runtime::Address trial) {
  if (const auto sick = context_.sick.find(host_); sick != context_.sick.end()) {
    context_.coverage->hit(Mark::sick);
    return Error{context_.blames_trials ? ErrorKind::bad_input : ErrorKind::io,
                 "cannot make its folder: " + sick->second};
  }
  const auto [trial_id, attempt] = attempt_;
  // The store of the head does this as soon as the row is durable.
  context_.folders.release(trial_id,
                           context_.ledger->core().trials().at(trial_id).checkpoint.attempt);
  source_ = context_.folders.prepare(
      trial_id, attempt, context_.guess_checkpoints ? attempt - 1 : source_max_, host_, folder_);
  auto lines = record(unreported(source_));
  runtime::ProcessSpec spec;
  spec.argv = {std::to_string(attempt_.first), std::to_string(attempt_.second),
               std::to_string(until_)};
  process_ =
      processes_.start(std::move(spec), [deliver = deliver_, trial](runtime::ProcessEvent event) {
        if (!std::holds_alternative<runtime::ProcessStarted>(event))
          deliver(trial, std::move(event));
      });
  return lines;
}

std::vector<ReportLine> FolderProgram::unreported(std::uint32_t source) const {
  std::map<Resource, ReportLine> unknown;
  for (std::uint32_t attempt = 1; attempt <= source; ++attempt) {
    ReportParser parser(spec_->report, from_);
    for (ReportLine& line : parser.feed(
             Stream::out, context_.folders.log_of(attempt_.first, attempt_.second, attempt)))
      if (const auto* report = std::get_if<Report>(&line);
          report != nullptr && report->resource > from_)
        unknown.try_emplace(report->resource, std::move(line));
  }
  std::vector<ReportLine> in_order;
  for (auto& [resource, line] : unknown) in_order.push_back(std::move(line));
  return in_order;
}

/// Records the reports in the ledger; the Trial actor sends them to the study at once.
std::vector<ReportLine> FolderProgram::record(std::vector<ReportLine> lines) {
  for (const ReportLine& line : lines)
    if (const auto* report = std::get_if<Report>(&line))
      context_.ledger->reported(attempt_, *report);
  return lines;
}

std::vector<ReportLine> FolderProgram::read(const runtime::ProcessOutput& output) {
  if (output.stream == Stream::out)
    context_.folders.log(attempt_.first, attempt_.second, output.bytes);
  return record(parser_.feed(output.stream, output.bytes));
}

void FolderProgram::more(Stream stream) {
  processes_.more(process_, stream);
}

std::vector<ReportLine> FolderProgram::conclude(const ProcessEnded& ended, Resource reported,
                                                bool) {
  auto lines = record(parser_.finish());
  if (ended.cause == ProcessEnded::Cause::lost) return lines;
  const bool sound = ended.requested || reported > 0 ||
                     (ended.cause == ProcessEnded::Cause::exited && ended.code == 0);
  if (!sound) context_.folders.discard(attempt_.first, attempt_.second);
  if (sound) context_.folders.publish(attempt_.first, attempt_.second, context_.synchronises);
  if (apart_ && context_.uploads) context_.uploads(host_);
  return lines;
}

}  // namespace troupe::actors::cluster
