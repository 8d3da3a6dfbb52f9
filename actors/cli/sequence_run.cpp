// `troupe run` of a sequence: one head for all of its tasks, each a study in a folder of its own.

#include "actors/cli/sequence_run.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <utility>

#include <signal.h>
#include <unistd.h>

#include "actors/cli/endings.hpp"
#include "actors/cli/joining.hpp"
#include "actors/cli/screens.hpp"
#include "actors/cli/terminal_actor.hpp"
#include "actors/head/head_address.hpp"
#include "actors/head/liveness_pipe.hpp"
#include "actors/head/local_node_supervision.hpp"
#include "actors/head/nodes_file.hpp"
#include "actors/head/permissions.hpp"
#include "actors/head/session.hpp"
#include "actors/json.hpp"
#include "actors/sequence/sequence.hpp"
#include "actors/sequence/sequence_folder.hpp"
#include "runtime/core/seconds.hpp"
#include "runtime/keys/needed_keys.hpp"

namespace troupe::cli {

namespace fs = std::filesystem;
using namespace actors;

namespace {

void say(const std::string& what) {
  std::fprintf(stderr, "troupe: %s\n", what.c_str());
}

int fail(const Error& error) {
  say(error.what);
  return error.kind == ErrorKind::refused || error.kind == ErrorKind::bad_input ? exit_usage
                                                                                : exit_failure;
}

/// What the tasks of a sequence have in common.
struct Setting {
  const SequenceSpec& spec;
  const RunOptions& options;
  const HeadFolder& folder;
  std::string memory;
  std::string address;  ///< As this machine dials it.
  std::string keys;     ///< The folder; empty: none.
};

/// The real stage: a folder, a study, a node process and a terminal for each task.
class HeadStage final : public TaskStage {
 public:
  HeadStage(Process& process, Setting setting) : process_(process), setting_(std::move(setting)) {}

  Result<Begun> begin(runtime::Context& self, std::size_t task) override;
  void leave() override {
    if (node_) node_->leave();
  }
  Result<void> set_aside(std::size_t task) override;
  void ended(std::size_t task, const TaskEnd& end, bool joined, bool anew) override;

 private:
  [[nodiscard]] StudyRequest request(std::size_t task) const;
  [[nodiscard]] fs::path path(std::size_t task) const {
    return setting_.folder.path() / task_folder(task, setting_.spec.tasks[task].name);
  }
  [[nodiscard]] std::string place(std::size_t task) const {
    return "task " + std::to_string(task + 1) + " of " +
           std::to_string(setting_.spec.tasks.size()) + ", '" + setting_.spec.tasks[task].name +
           "'";
  }
  void announce(std::size_t task) const;

  Process& process_;
  Setting setting_;
  std::unique_ptr<HeadFolder> folder_;  ///< Of the task that runs.
  std::unique_ptr<LocalNodeSupervision> node_;
};

StudyRequest HeadStage::request(std::size_t task) const {
  StudyRequest request{.spec = setting_.spec.tasks[task].spec,
                       .file = setting_.options.study,
                       .seed = {},
                       .workers = setting_.options.workers,
                       .memory = setting_.memory};
  if (setting_.options.seed) request.seed = *setting_.options.seed + task;
  return request;
}

Result<TaskStage::Begun> HeadStage::begin(runtime::Context& self, std::size_t task) {
  node_.reset();
  folder_.reset();
  auto folder = HeadFolder::open(path(task));
  if (!folder) return folder.error();
  folder_ = std::make_unique<HeadFolder>(std::move(folder).value());
  auto session = open_session(request(task), *folder_);
  if (!session) return session.error();
  const StudySpec spec = session->spec;
  if (auto written = write_file(folder_->file("address"), setting_.address + "\n"); !written)
    return written.error();
  announce(task);
  const OutputMode manner = manner_of(setting_.options.verbosity);
  auto [screen, known_rows] = screen_for(manner, spec, *folder_);
  const StudyRef study = spawn_study(self, std::move(session).value(), *folder_);
  const auto terminal = self.spawn<TerminalActor>(std::move(screen), known_rows, study,
                                                  manner == OutputMode::redrawn);
  LocalNodeSupervision::Options own{.program = this_program(),
                                    .address = setting_.address,
                                    .keys = setting_.keys,
                                    .lease_s = spec.lease_s,
                                    .resources = own_resources(spec),
                                    .folder = folder_->path().string(),
                                    .log = folder_->file("node.log")};
  node_ = std::make_unique<LocalNodeSupervision>(
      process_, study, std::move(own),
      [&process = process_, sequence = self.ref<Sequence>(), task] {
        process.node().tell(sequence, TaskCleared{task});
      });
  if (auto started = node_->start(); !started) return started.error();
  return Begun{study, {terminal.address()}};
}

void HeadStage::announce(std::size_t task) const {
  if (setting_.options.verbosity == Verbosity::json)
    write_out("{\"TaskBegan\":{\"task\":" + json_string(setting_.spec.tasks[task].name) +
              ",\"number\":" + std::to_string(task + 1) +
              ",\"folder\":" + json_string(path(task).string()) + "}}\n");
  if (setting_.options.verbosity == Verbosity::normal) write_out("\n" + place(task) + "\n");
}

Result<void> HeadStage::set_aside(std::size_t task) {
  auto folder = HeadFolder::open(path(task));
  if (!folder) return folder.error();
  if (auto ended = wait_for_processes(folder->path(), say); !ended) return ended.error();
  const auto aside = folder->set_aside();
  if (!aside) return aside.error();
  if (*aside)
    say(place(task) + " failed; it is begun anew, and was moved to " + (*aside)->string());
  return {};
}

void HeadStage::ended(std::size_t task, const TaskEnd& end, bool joined, bool anew) {
  if (setting_.options.verbosity == Verbosity::json && end.counts())
    write_out("{\"TaskRemembered\":{\"task\":" + json_string(setting_.spec.tasks[task].name) +
              ",\"memory\":" + json_string(setting_.memory) +
              ",\"joined\":" + (joined ? "true" : "false") + "}}\n");
  if (setting_.options.verbosity != Verbosity::normal) return;
  if (!anew) write_out(place(task) + ": over already\n");
  if (end.counts())
    write_out("  memory    " + memory_sentence(end, setting_.spec.tasks[task].spec.mode, joined) +
              "\n");
}

/// Tasks that were begun are the file's, in their places; it may have more by now.
Result<void> check_begun(const SequenceSpec& spec, const HeadFolder& folder) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder.path() / "tasks", none)) {
    const std::string name = entry.path().filename().string();
    bool known = !fs::exists(entry.path() / "journal.db", none);
    for (std::size_t i = 0; i < spec.tasks.size(); ++i) {
      const std::string own = fs::path(task_folder(i, spec.tasks[i].name)).filename().string();
      known = known || name == own || name.starts_with(own + ".");  // Set aside.
    }
    if (!known)
      return Error{ErrorKind::refused,
                   entry.path().string() +
                       " was begun, and the file has no such task at that place. Tasks may be "
                       "added at the end; for anything else use --fresh (the results so far are "
                       "kept aside), or --dir for another folder"};
  }
  return {};
}

/// Until no process of any task is left.
Result<void> wait_for_tasks(const HeadFolder& folder) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder.path() / "tasks", none))
    if (auto ended = wait_for_processes(entry.path(), say); !ended) return ended;
  return {};
}

/// The memory that is asked for, else the one that the first task began with, else one of its own.
std::string memory_of(const SequenceSpec& spec, const RunOptions& options,
                      const HeadFolder& folder) {
  const auto absolute = [](const fs::path& path) {
    return fs::absolute(path).lexically_normal().string();
  };
  if (!options.memory.empty()) return absolute(options.memory);
  const auto& memory = spec.tasks.front().spec.memory;
  if (memory && !memory->file.empty()) return memory->file;
  const auto first = task_end((folder.path() / task_folder(0, spec.tasks.front().name)).string());
  if (first && *first && !(*first)->memory.empty()) return (*first)->memory;
  return absolute(folder.path() / "memory.db");
}

int exit_code(const std::string& folder) {
  const auto tasks = tasks_in(folder);
  if (!tasks) return fail(tasks.error());
  for (const auto& task : *tasks) {
    if (!task.end || !task.end->state.finished()) return exit_interrupted;
    if (const int code = exit_code_of(*task.end->state.finished()); code != exit_ok) return code;
  }
  return exit_ok;
}

Result<void> run_tasks(const Setting& setting, Process& process) {
  if (auto written = write_file(setting.folder.file("address"), setting.address + "\n"); !written)
    return written.error();
  const auto sequence = process.node().spawn<Sequence>(
      SequencePlan{setting.spec.tasks, setting.folder.path().string(), setting.memory},
      std::make_unique<HeadStage>(process, setting));
  process.on_signals({SIGINT, SIGTERM}, [&process, sequence, signals = 0](int) mutable {
    if (++signals > 1) _exit(exit_interrupted);  // Nodes end by their lease.
    process.node().tell(sequence, InterruptSequence{"interrupted by a signal"});
  });
  const auto end = process.node().wait(sequence, Duration::max());
  process.node().stop(std::chrono::seconds(5));
  if (end && end->cause == runtime::Cause::failed) return Error{ErrorKind::io, end->reason};
  return {};
}

}  // namespace

int run_sequence(const RunOptions& options) {
  SequenceFile file = read_sequence_file(options.study);
  for (const auto& problem : file.problems) std::fprintf(stderr, "%s\n", to_text(problem).c_str());
  if (!file.spec) return exit_usage;
  const SequenceSpec& spec = *file.spec;
  for (const auto& task : spec.tasks)
    if (const auto feasible = check_feasible(task.spec, own_resources(task.spec)); !feasible)
      return fail({ErrorKind::refused, "task '" + task.name + "': " + feasible.error().what});
  auto folder =
      HeadFolder::open(options.folder.empty() ? fs::path(spec.name) : fs::path(options.folder));
  if (!folder) return fail(folder.error());
  if (options.fresh) {
    if (const auto ended = wait_for_tasks(*folder); !ended) return fail(ended.error());
    const auto aside = folder->set_aside();
    if (!aside) return fail(aside.error());
    if (*aside) say("what was there before is in " + (*aside)->string());
  }
  if (fs::exists(folder->file("journal.db")))
    return fail({ErrorKind::refused,
                 folder->path().string() + " is the folder of a study; use another --dir"});
  if (const auto same = check_begun(spec, *folder); !same) return fail(same.error());
  if (const auto written = write_file(folder->file("sequence.yaml"), spec.text); !written)
    return fail(written.error());
  block_signals({SIGINT, SIGTERM});
  const StudySpec& shared = spec.tasks.front().spec;
  const std::string listen = options.listen.empty() ? shared.listen : options.listen;
  const auto keys = runtime::keys_to_listen(listen, options.keys);
  if (!keys) return fail(keys.error());
  Process process(
      {.name = "head", .lease = seconds(shared.lease_s), .keys = *keys, .permits = permits});
  const auto address = listen_again(process.node(), listen, *folder);
  if (!address) return fail(address.error());
  if (*keys && options.verbosity == Verbosity::normal) say_where_nodes_join(*address);
  const Setting setting{spec,
                        options,
                        *folder,
                        memory_of(spec, options, *folder),
                        runtime::seen_from_here(*address),
                        *keys ? (*keys)->path() : std::string()};
  process.node().spawn<NodesFile>(process.node(), folder->file(NodesFile::name), *address);
  if (const auto ran = run_tasks(setting, process); !ran) return fail(ran.error());
  return exit_code(folder->path().string());
}

}  // namespace troupe::cli
