// `troupe run`: the head of a study. Opens the folder, starts the study actor and a local node,
// shows the events, waits for the end, and adds the result to the memory.

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <utility>

#include <signal.h>
#include <unistd.h>

#include "actors/cli/commands.hpp"
#include "actors/cli/output.hpp"
#include "actors/cli/terminal_actor.hpp"
#include "actors/head/liveness_pipe.hpp"
#include "actors/head/study_head.hpp"
#include "actors/json.hpp"
#include "actors/results/study_state.hpp"
#include "actors/sequence/sequence_file.hpp"
#include "actors/study_file/study_difference.hpp"
#include "actors/study_file/study_file.hpp"
#include "runtime/keys/address_keys.hpp"

namespace troupe::cli {

namespace fs = std::filesystem;
using namespace actors;

namespace {

/// Runs the study of a session to its end, with its terminal output and signal handlers.
Result<void> run_session(Session session, const HeadFolder& folder, const std::string& listen,
                         const RunOptions& options, const runtime::Keys& keys) {
  const StudySpec spec = session.spec;
  const Verbosity verbosity = options.verbosity;
  // Used on the reactor's thread, on which the head calls on_warning.
  runtime::Node* notes_node = nullptr;
  runtime::Ref<TerminalActor::Note> notes;
  auto head = StudyHead::open({.program = this_program(),
                               .listen = listen,
                               .lease_s = spec.lease_s,
                               .local_slots = options.local_slots,
                               .keys = keys,
                               .on_warning =
                                   [&head_node = notes_node, &notes](const std::string& text) {
                                     if (head_node != nullptr)
                                       head_node->tell(notes, TerminalActor::Note{text});
                                   }},
                              &folder);
  if (!head) return head.error();
  if (keys && verbosity == Verbosity::normal) print_join_command((*head)->address());
  NodeProcess& process = (*head)->process();
  const OutputMode mode = output_mode_of(verbosity);
  RecalledScreen recalled = screen_for(mode, spec, folder);
  const auto study = (*head)->begin(std::move(session), folder);
  if (!study) return study.error();
  const auto terminal =
      process.node().spawn<TerminalActor>(std::move(recalled), *study, mode == OutputMode::redrawn);
  process.call([&] {
    notes = runtime::Ref<TerminalActor::Note>(terminal.address());
    notes_node = &process.node();
  });
  process.on_signals({SIGINT, SIGTERM}, [&head = **head, signals = 0](int) mutable {
    if (++signals > 1) _exit(exit_interrupted);  // Nodes end when their lease expires.
    head.interrupt("interrupted by a signal");
  });
  const auto over = (*head)->wait();
  (void)process.node().wait(terminal, std::chrono::seconds(10));
  return over;
}

/// Adds the result of the study to its memory, and prints the effect of the memory.
Result<void> tell_memory(const StudySpec& spec, const HeadFolder& folder,
                         const RunOptions& options) {
  const std::string path = folder.path().string();
  const auto end = read_task_result(path);
  if (!end) return end.error();
  if (!*end) return {};
  std::string memory = options.memory;
  if (memory.empty() && spec.memory) memory = spec.memory->file;
  if (memory.empty()) memory = (*end)->memory;
  if (memory.empty()) return {};
  const auto joined = remember(**end, spec, path, memory);
  if (!joined) return joined.error();
  if (options.verbosity == Verbosity::normal)
    write_out("  memory      " + memory_sentence(**end, spec.mode, *joined) + "\n");
  if (options.verbosity == Verbosity::json && (*end)->counts())
    write_out("{\"TaskRemembered\":{\"memory\":" + json_string(memory) +
              ",\"joined\":" + (*joined ? "true" : "false") + "}}\n");
  return {};
}

/// Shows a study that is over and does not go on.
int print_end_of(const Continuation& next, const StudySpec& file, const HeadFolder& folder,
                 Verbosity verbosity) {
  const StudyFinished& ending = *next.end;
  // The journal of format 2 does not hold the study.
  const StudySpec& spec = next.recorded ? *next.recorded->spec : file;
  if (next.change)
    std::fprintf(
        stderr,
        "troupe: the study in %s is over (%s), and these changes do not let it go on:\n%s\n"
        "--fresh starts a new one\n",
        folder.path().c_str(), ending.reason.c_str(), to_text(next.change->changes).c_str());
  else if (verbosity != Verbosity::quiet)
    std::fprintf(stderr, "troupe: the study in %s is over (%s); --fresh starts a new one\n",
                 folder.path().c_str(), ending.reason.c_str());
  const OutputMode mode = output_mode_of(verbosity) == OutputMode::redrawn
                              ? OutputMode::lines
                              : output_mode_of(verbosity);
  RecalledScreen recalled = screen_for(mode, spec, folder);
  write_out(recalled.screen.close(recalled.active));
  return exit_code_of(ending);
}

}  // namespace

int run_study(const RunOptions& options) {
  if (is_sequence_file(options.study)) return run_sequence(options);
  StudyFile file = read_study_file(
      options.study, options.memory.empty() ? MemoryFrom::file : MemoryFrom::command_line);
  const bool quiet = options.verbosity == Verbosity::quiet;
  print_problems(file.problems, quiet ? Shown::errors : Shown::all);
  if (!file.spec) return exit_usage;
  const StudySpec& spec = *file.spec;
  const fs::path path = options.folder.empty() ? fs::path(spec.name) : fs::path(options.folder);
  auto folder = HeadFolder::open(path);
  if (!folder) return print_error(folder.error(), exit_failure);
  if (options.fresh) {
    if (const auto waits = check_room(spec, options.listen, options.local_slots); !waits)
      return print_error(waits.error(), exit_usage);
    if (const auto ended = wait_for_processes(folder->path(), print_note); !ended)
      return print_error(ended.error(), exit_failure);
    const auto aside = folder->set_aside();
    if (!aside) return print_error(aside.error(), exit_failure);
    if (*aside && !quiet)
      std::fprintf(stderr, "troupe: the earlier study is in %s\n", (*aside)->c_str());
  }
  if (spec.group_readable)
    if (const auto opened = folder->open_to_group(); !opened)
      return print_error(opened.error(), exit_failure);
  if (const std::string open = writable_by_others(folder->path()); !open.empty() && !quiet)
    print_note(open);
  if (fs::exists(folder->file("sequence.yaml")))
    return print_error({ErrorKind::refused, folder->path().string() +
                                                " is the folder of a sequence; use another --dir"},
                       exit_usage);
  const StudyRequest request{spec, options.study, options.seed, options.workers, options.memory};
  auto next = continuation_of(request, *folder);
  if (!next)
    return print_error(next.error(),
                       next.error().kind == ErrorKind::refused ? exit_usage : exit_failure);
  if (next->end) {
    const int code = print_end_of(*next, spec, *folder, options.verbosity);
    if (!next->recorded) return code;  // Format 2: nothing shows that the file is the study's.
    const auto told =
        tell_memory(spec, *folder, options);  // The head may have died before it told the memory.
    return told ? code : print_error(told.error(), exit_failure);
  }
  const auto waits = check_room(spec, options.listen, options.local_slots);
  if (!waits) return print_error(waits.error(), exit_usage);
  if (!waits->empty() && !quiet) print_note(*waits);
  const std::string listen = options.listen.empty() ? spec.listen : options.listen;
  const auto keys = runtime::keys_to_listen(listen, options.keys);
  if (!keys) return print_error(keys.error(), exit_usage);
  auto session = open_session(request, *folder, std::move(*next));
  if (!session)
    return print_error(session.error(),
                       session.error().kind == ErrorKind::refused ? exit_usage : exit_failure);
  if (session->incumbents_left_out > 0 && !quiet)
    print_note(left_out_sentence(session->incumbents_left_out));
  block_signals({SIGINT, SIGTERM});
  if (const auto ran = run_session(std::move(*session), *folder, listen, options, *keys); !ran)
    return print_error(ran.error(), exit_failure);
  if (const auto told = tell_memory(spec, *folder, options); !told)
    return print_error(told.error(), exit_failure);
  const auto ending = end_in_last_row(folder->file("journal.db"));
  return ending ? exit_code_of(*ending) : exit_interrupted;
}

}  // namespace troupe::cli
