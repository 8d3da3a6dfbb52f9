#include "runtime/simulation/scripted_processes.hpp"

#include <csignal>
#include <utility>

namespace troupe::runtime::simulation {

namespace {

/// Added to the number of a process to make its pid; no real pid is so large.
constexpr std::int64_t pid_first = 10'000'000;
constexpr std::size_t chunk_max = std::size_t{64} << 10;

ProcessEnded by_signal(int signal) {
  ProcessEnded ended;
  ended.cause = ProcessEnded::Cause::signaled;
  ended.code = signal;
  ended.killed = signal == SIGKILL ? 1 : 0;
  return ended;
}

}  // namespace

ScriptedProcesses::ScriptedProcesses(Reactor& reactor, Author author)
    : reactor_(reactor), author_(std::move(author)) {}

ProcessId ScriptedProcesses::start(ProcessSpec spec, Sink sink) {
  specs_.push_back(std::move(spec));
  const ProcessId process = specs_.size();
  Script script;
  script.ends = false;
  if (author_) script = author_(process, specs_.back());
  Program program;
  program.sink = std::move(sink);
  program.script = std::move(script);
  programs_.emplace(process, std::move(program));
  reactor_.post([this, process] { begin(process); });
  return process;
}

void ScriptedProcesses::more(ProcessId process, Stream stream) {
  reactor_.post([this, process, stream] {
    Program* program = find(process);
    if (program == nullptr || program->at(stream).wanted) return;
    program->at(stream).wanted = true;
    deliver(process, stream);
    tell_if_over(process);
  });
}

void ScriptedProcesses::end(ProcessId process, Duration grace) {
  end_calls_.push_back({process, grace});
  reactor_.post([this, process, grace] {
    Program* program = find(process);
    if (program == nullptr || program->over) return;
    program->requested = true;
    if (grace <= Duration{}) return finish(process, by_signal(SIGKILL));
    if (program->script.on_term == Script::OnTerm::dies) return finish(process, by_signal(SIGTERM));
    // After two calls the program is killed at the earlier time.
    const Instant at = reactor_.now() + grace;
    if (at >= program->kill_at) return;
    if (program->kill != Reactor::TimerId::none) reactor_.cancel(program->kill);
    program->kill_at = at;
    program->kill = reactor_.at(at, [this, process] { finish(process, by_signal(SIGKILL)); });
  });
}

void ScriptedProcesses::print(ProcessId process, std::string bytes, Stream stream) {
  Program* program = find(process);
  if (program == nullptr || program->over) return;
  for (std::size_t at = 0; at < bytes.size(); at += chunk_max)
    program->at(stream).waiting.push_back(bytes.substr(at, chunk_max));
  deliver(process, stream);
}

void ScriptedProcesses::finish(ProcessId process, ProcessEnded end) {
  Program* program = find(process);
  if (program == nullptr || program->over) return;
  program->over = true;
  program->ended = std::move(end);
  program->ended.process = process;
  program->ended.requested = program->requested;
  for (const auto timer : {program->step, program->kill})
    if (timer != Reactor::TimerId::none) reactor_.cancel(timer);
  if (program->script.gone) program->script.gone();
  tell_if_over(process);
}

void ScriptedProcesses::exit(ProcessId process, int code) {
  ProcessEnded end;
  end.code = code;
  finish(process, end);
}

void ScriptedProcesses::lose_all() {
  ProcessEnded end;
  end.cause = ProcessEnded::Cause::lost;
  end.what = "the warden was ended by SIGKILL";
  for (const ProcessId process : running()) finish(process, end);
}

std::vector<ProcessId> ScriptedProcesses::running() const {
  std::vector<ProcessId> ids;
  for (const auto& [process, program] : programs_)
    if (!program.over) ids.push_back(process);
  return ids;
}

ScriptedProcesses::Program* ScriptedProcesses::find(ProcessId process) {
  const auto found = programs_.find(process);
  return found == programs_.end() ? nullptr : &found->second;
}

void ScriptedProcesses::begin(ProcessId process) {
  Program* program = find(process);
  if (program == nullptr) return;
  program->begun = true;
  if (program->script.ends && program->script.end.cause == ProcessEnded::Cause::not_started)
    return finish(process, program->script.end);
  program->sink(ProcessStarted{process, pid_first + static_cast<std::int64_t>(process)});
  for (const Stream stream : {Stream::out, Stream::err}) deliver(process, stream);
  tell_if_over(process);
  schedule(process);
}

void ScriptedProcesses::schedule(ProcessId process) {
  Program* program = find(process);
  if (program == nullptr || program->over) return;
  const Script& script = program->script;
  const bool prints = program->next_print < script.prints.size();
  if (!prints && !script.ends) return;
  const Duration after = prints ? script.prints[program->next_print].after : script.ends_after;
  program->step = reactor_.at(reactor_.now() + after, [this, process] { step(process); });
}

void ScriptedProcesses::step(ProcessId process) {
  Program* program = find(process);
  program->step = Reactor::TimerId::none;
  if (program->next_print == program->script.prints.size())
    return finish(process, program->script.end);
  const auto& print_now = program->script.prints[program->next_print++];
  if (print_now.effect) print_now.effect();
  print(process, print_now.bytes, print_now.stream);
  schedule(process);
}

void ScriptedProcesses::deliver(ProcessId process, Stream stream) {
  Program* program = find(process);
  Output& output = program->at(stream);
  if (!program->begun || !output.wanted || output.waiting.empty()) return;
  output.wanted = false;
  std::string bytes = std::move(output.waiting.front());
  output.waiting.pop_front();
  program->sink(ProcessOutput{process, stream, std::move(bytes)});
}

void ScriptedProcesses::tell_if_over(ProcessId process) {
  Program* program = find(process);
  if (program == nullptr || !program->begun || !program->over) return;
  // As with a pipe, whose end is found by reading on: the chunk after the last one was requested.
  for (const Output* output : {&program->out, &program->err})
    if (!output->wanted || !output->waiting.empty()) return;
  auto last = programs_.extract(process);
  last.mapped().sink(std::move(last.mapped().ended));
}

}  // namespace troupe::runtime::simulation
