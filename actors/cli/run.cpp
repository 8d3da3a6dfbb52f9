// `troupe run`: the head of a study. Opens the folder, starts the study actor and a node beside it,
// shows what happens, ends with the study, and tells its memory.

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <utility>

#include <signal.h>
#include <unistd.h>

#include "actors/cli/commands.hpp"
#include "actors/cli/endings.hpp"
#include "actors/cli/joining.hpp"
#include "actors/cli/screens.hpp"
#include "actors/cli/sequence_run.hpp"
#include "actors/cli/terminal_actor.hpp"
#include "actors/head/liveness_pipe.hpp"
#include "actors/head/study_head.hpp"
#include "actors/json.hpp"
#include "actors/sequence/sequence_file.hpp"
#include "actors/study_file/study_file.hpp"
#include "runtime/keys/needed_keys.hpp"

namespace troupe::cli {

namespace fs = std::filesystem;
using namespace actors;

namespace {

void print_problems(const StudyFile& file) {
  for (const auto& problem : file.problems) std::fprintf(stderr, "%s\n", to_text(problem).c_str());
}

void say(const std::string& what) {
  std::fprintf(stderr, "troupe: %s\n", what.c_str());
}

int fail(const Error& error, int code = exit_failure) {
  say(error.what);
  return code;
}

/// The study of a session to its end, shown and interrupted as a person wants it.
Result<void> run_session(Session session, const HeadFolder& folder, Verbosity verbosity,
                         const runtime::Keys& keys) {
  const StudySpec spec = session.spec;
  auto head = StudyHead::open(
      {.program = this_program(), .listen = spec.listen, .lease_s = spec.lease_s, .keys = keys},
      &folder);
  if (!head) return head.error();
  if (keys && verbosity == Verbosity::normal) say_where_nodes_join((*head)->address());
  Process& process = (*head)->process();
  const OutputMode manner = manner_of(verbosity);
  auto [screen, known_rows] = screen_for(manner, spec, folder);
  const auto study = (*head)->begin(std::move(session), folder);
  if (!study) return study.error();
  const auto terminal = process.node().spawn<TerminalActor>(std::move(screen), known_rows, *study,
                                                            manner == OutputMode::redrawn);
  process.on_signals({SIGINT, SIGTERM}, [&head = **head, signals = 0](int) mutable {
    if (++signals > 1) _exit(exit_interrupted);  // Nodes end by their lease.
    head.interrupt("interrupted by a signal");
  });
  const auto over = (*head)->wait();
  (void)process.node().wait(terminal, std::chrono::seconds(10));
  return over;
}

/// Tells the memory what came of the study, and the terminal what the memory did.
Result<void> tell_memory(const StudySpec& spec, const HeadFolder& folder,
                         const RunOptions& options) {
  const std::string path = folder.path().string();
  const auto end = task_end(path);
  if (!end) return end.error();
  if (!*end) return {};
  std::string memory = options.memory;
  if (memory.empty() && spec.memory) memory = spec.memory->file;
  if (memory.empty()) memory = (*end)->memory;
  if (memory.empty()) return {};
  const auto joined = remember(**end, spec, path, memory);
  if (!joined) return joined.error();
  if (options.verbosity == Verbosity::normal)
    write_out("  memory    " + memory_sentence(**end, spec.mode, *joined) + "\n");
  if (options.verbosity == Verbosity::json && (*end)->counts())
    write_out("{\"TaskRemembered\":{\"memory\":" + json_string(memory) +
              ",\"joined\":" + (*joined ? "true" : "false") + "}}\n");
  return {};
}

int show_ending(const StudyFinished& ending, const StudySpec& spec, const HeadFolder& folder,
                Verbosity verbosity) {
  std::fprintf(stderr, "troupe: the study in %s is over (%s); --fresh starts a new one\n",
               folder.path().c_str(), ending.reason.c_str());
  const OutputMode manner =
      manner_of(verbosity) == OutputMode::redrawn ? OutputMode::lines : manner_of(verbosity);
  write_out(screen_for(manner, spec, folder).first.close(Duration(0)));
  return exit_code_of(ending);
}

}  // namespace

int run_study(const RunOptions& options) {
  if (is_sequence_file(options.study)) return run_sequence(options);
  StudyFile file = read_study_file(
      options.study, options.memory.empty() ? MemoryFrom::file : MemoryFrom::command_line);
  print_problems(file);
  if (!file.spec) return exit_usage;
  const StudySpec& spec = *file.spec;
  const fs::path path = options.folder.empty() ? fs::path(spec.name) : fs::path(options.folder);
  auto folder = HeadFolder::open(path);
  if (!folder) return fail(folder.error());
  if (options.fresh) {
    if (const auto ended = wait_for_processes(folder->path(), say); !ended)
      return fail(ended.error());
    const auto aside = folder->set_aside();
    if (!aside) return fail(aside.error());
    if (*aside) std::fprintf(stderr, "troupe: the earlier study is in %s\n", (*aside)->c_str());
  }
  if (fs::exists(folder->file("sequence.yaml")))
    return fail({ErrorKind::refused,
                 folder->path().string() + " is the folder of a sequence; use another --dir"},
                exit_usage);
  if (const auto ending = end_in_last_row(folder->file("journal.db"));
      ending && ending->outcome != StudyFinished::Outcome::interrupted) {
    const int code = show_ending(*ending, spec, *folder, options.verbosity);
    const auto told = tell_memory(spec, *folder, options);  // Its head may have died before it did.
    return told ? code : fail(told.error());
  }
  if (const auto feasible = check_feasible(spec, own_resources(spec)); !feasible)
    return fail(feasible.error(), exit_usage);
  const std::string listen = options.listen.empty() ? spec.listen : options.listen;
  const auto keys = runtime::keys_to_listen(listen, options.keys);
  if (!keys) return fail(keys.error(), exit_usage);
  auto session =
      open_session({spec, options.study, options.seed, options.workers, options.memory}, *folder);
  if (!session)
    return fail(session.error(),
                session.error().kind == ErrorKind::refused ? exit_usage : exit_failure);
  if (session->left_out > 0)
    std::fprintf(stderr,
                 "troupe: %zu of the memory's incumbents are left out: config_space lacks "
                 "a parameter that they set, or forbids them\n",
                 session->left_out);
  block_signals({SIGINT, SIGTERM});
  session->spec.listen = listen;
  if (const auto ran = run_session(std::move(*session), *folder, options.verbosity, *keys); !ran)
    return fail(ran.error());
  if (const auto told = tell_memory(spec, *folder, options); !told) return fail(told.error());
  const auto ending = end_in_last_row(folder->file("journal.db"));
  return ending ? exit_code_of(*ending) : exit_interrupted;
}

}  // namespace troupe::cli
