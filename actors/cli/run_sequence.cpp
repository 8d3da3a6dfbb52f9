// `troupe run` of a sequence: one head for all tasks. Each task is a study in its own folder.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <utility>

#include <signal.h>
#include <unistd.h>

#include "actors/cli/commands.hpp"
#include "actors/cli/output.hpp"
#include "actors/cli/terminal_actor.hpp"
#include "actors/head/clean_folder.hpp"
#include "actors/head/folder_watch.hpp"
#include "actors/head/head_folder.hpp"
#include "actors/head/liveness_pipe.hpp"
#include "actors/head/local_node.hpp"
#include "actors/head/nodes_file.hpp"
#include "actors/head/session.hpp"
#include "actors/head/study_access.hpp"
#include "actors/head/study_head.hpp"
#include "actors/json.hpp"
#include "actors/sequence/sequence.hpp"
#include "actors/sequence/sequence_folder.hpp"
#include "actors/study_file/study_difference.hpp"
#include "runtime/core/seconds.hpp"
#include "runtime/keys/address_keys.hpp"

namespace troupe::cli {

namespace fs = std::filesystem;
using namespace actors;

namespace {

int print_sequence_error(const Error& error) {
  print_note(error.what);
  return error.kind == ErrorKind::refused || error.kind == ErrorKind::bad_input ? exit_usage
                                                                                : exit_failure;
}

/// "task 2 of 5, 'credit'".
std::string place_of(const SequenceSpec& spec, std::size_t task) {
  return "task " + std::to_string(task + 1) + " of " + std::to_string(spec.tasks.size()) + ", '" +
         spec.tasks[task].name + "'";
}

StudyRequest task_request(const SequenceSpec& spec, const RunOptions& options,
                          const std::string& memory, std::size_t task) {
  StudyRequest request{.spec = spec.tasks[task].spec,
                       .file = options.study,
                       .seed = {},
                       .workers = options.workers,
                       .memory = memory};
  if (options.seed) request.seed = *options.seed + task;
  return request;
}

/// What all tasks of a sequence share.
struct Setting {
  const SequenceSpec& spec;
  const RunOptions& options;
  const HeadFolder& folder;
  std::string memory;
  std::string address;  ///< Of the head, as dialed from this machine.
  runtime::Keys keys;   ///< Of the sequence; its tasks get copies.
};

/// Runs each task with a folder, a study actor, a node process and a terminal.
class HeadTaskRunner final : public TaskRunner {
 public:
  HeadTaskRunner(NodeProcess& process, Setting setting)
      : process_(process), setting_(std::move(setting)) {}
  ~HeadTaskRunner() override {
    process_.call([this] { watch_.reset(); });
  }
  HeadTaskRunner(const HeadTaskRunner&) = delete;
  HeadTaskRunner& operator=(const HeadTaskRunner&) = delete;

  Result<Begun> begin(runtime::Context& self, std::size_t task) override;
  void interrupt() override {
    if (node_) node_->stop_restarting();
  }
  Result<void> set_aside(std::size_t task) override;
  void ended(std::size_t task, const TaskResult& end, bool joined, bool ended_now) override;

 private:
  [[nodiscard]] StudyRequest request(std::size_t task) const {
    return task_request(setting_.spec, setting_.options, setting_.memory, task);
  }
  [[nodiscard]] fs::path path(std::size_t task) const {
    return setting_.folder.path() / task_folder(task, setting_.spec.tasks[task].name);
  }
  [[nodiscard]] std::string place(std::size_t task) const { return place_of(setting_.spec, task); }
  void watch_folder(Sequence::Ref sequence, runtime::Ref<TerminalActor::Note> terminal);
  void clean(std::size_t task);
  void announce(std::size_t task) const;

  NodeProcess& process_;
  Setting setting_;
  std::unique_ptr<HeadFolder> folder_;  ///< Folder of the running task.
  std::unique_ptr<LocalNodeSupervision> node_;
  std::unique_ptr<FolderWatch> watch_;  ///< Used on the reactor's thread.
};

/// Interrupts the sequence when the folder of the running task goes away.
void HeadTaskRunner::watch_folder(Sequence::Ref sequence,
                                  runtime::Ref<TerminalActor::Note> terminal) {
  process_.call([&] {
    runtime::Node& node = process_.node();
    watch_ = std::make_unique<FolderWatch>(
        process_.reactor(), FolderWatch::Options{folder_->path().string(),
                                                 [&node, sequence](const std::string& why) {
                                                   node.tell(sequence, InterruptSequence{why});
                                                 },
                                                 [&node, terminal](const std::string& warning) {
                                                   node.tell(terminal,
                                                             TerminalActor::Note{warning});
                                                 }});
  });
}

Result<TaskRunner::Begun> HeadTaskRunner::begin(runtime::Context& self, std::size_t task) {
  process_.call([this] { watch_.reset(); });
  node_.reset();
  folder_.reset();
  auto folder = HeadFolder::open(path(task));
  if (!folder) return folder.error();
  folder_ = std::make_unique<HeadFolder>(std::move(folder).value());
  if (setting_.spec.tasks[task].spec.group_readable)
    if (auto opened = folder_->open_to_group(); !opened) return opened.error();
  auto session = open_session(request(task), *folder_);
  if (!session) return session.error();
  const StudySpec spec = session->spec;
  if (auto shared = share_study_keys(*setting_.keys, folder_->path()); !shared)
    return shared.error();
  if (auto written = write_file(folder_->file("address"), setting_.address + "\n"); !written)
    return written.error();
  announce(task);
  if (session->incumbents_left_out > 0) print_note(left_out_sentence(session->incumbents_left_out));
  const OutputMode mode = output_mode_of(setting_.options.verbosity);
  RecalledScreen recalled = screen_for(mode, spec, *folder_);
  const StudyRef study = spawn_study(self, std::move(session).value(), *folder_);
  const auto terminal =
      self.spawn<TerminalActor>(std::move(recalled), study, mode == OutputMode::redrawn);
  LocalNodeSupervision::Options own{.program = this_program(),
                                    .address = setting_.address,
                                    .keys = study_keys_path(folder_->path()),
                                    .lease_s = spec.lease_s,
                                    .resources = own_resources(spec),
                                    .slots = setting_.options.local_slots,
                                    .folder = folder_->path().string(),
                                    .log = folder_->file("node.log")};
  node_ = std::make_unique<LocalNodeSupervision>(
      process_, study, std::move(own),
      [&process = process_, sequence = self.ref<Sequence>(), task] {
        process.node().tell(sequence, TaskCleared{task});
      });
  if (auto started = node_->start(); !started) return started.error();
  watch_folder(self.ref<Sequence>(), runtime::Ref<TerminalActor::Note>(terminal.address()));
  return Begun{study, {terminal.address()}};
}

void HeadTaskRunner::announce(std::size_t task) const {
  if (setting_.options.verbosity == Verbosity::json)
    write_out("{\"TaskBegan\":{\"task\":" + json_string(setting_.spec.tasks[task].name) +
              ",\"number\":" + std::to_string(task + 1) +
              ",\"folder\":" + json_string(path(task).string()) + "}}\n");
  if (setting_.options.verbosity == Verbosity::normal) write_out("\n" + place(task) + "\n");
}

Result<void> HeadTaskRunner::set_aside(std::size_t task) {
  auto folder = HeadFolder::open(path(task));
  if (!folder) return folder.error();
  if (auto ended = wait_for_processes(folder->path(), print_note); !ended) return ended.error();
  const auto aside = folder->set_aside();
  if (!aside) return aside.error();
  if (*aside)
    print_note(place(task) + " failed; it is begun anew, and was moved to " + (*aside)->string());
  return {};
}

void HeadTaskRunner::ended(std::size_t task, const TaskResult& end, bool joined, bool ended_now) {
  if (setting_.options.verbosity == Verbosity::json && end.counts())
    write_out("{\"TaskRemembered\":{\"task\":" + json_string(setting_.spec.tasks[task].name) +
              ",\"memory\":" + json_string(setting_.memory) +
              ",\"joined\":" + (joined ? "true" : "false") + "}}\n");
  if (end.counts()) clean(task);
  if (setting_.options.verbosity != Verbosity::normal) return;
  if (!ended_now) write_out(place(task) + ": over already\n");
  if (end.counts())
    write_out("  memory      " + memory_sentence(end, setting_.spec.tasks[task].spec.mode, joined) +
              "\n");
}

/// Deletes the checkpoints that only a longer task would need. Errors are notes: they occupy disk
/// space, and nothing else.
void HeadTaskRunner::clean(std::size_t task) {
  if (!folder_ || folder_->path() != fs::absolute(path(task)).lexically_normal()) {
    folder_.reset();
    auto folder = HeadFolder::open(path(task));
    if (!folder) return print_note(folder.error().what);
    folder_ = std::make_unique<HeadFolder>(std::move(folder).value());
  }
  if (const auto cleaned = clean_folder(*folder_); !cleaned) print_note(cleaned.error().what);
}

/// Checks that every task folder belongs to the task at that place of the file. The file may have
/// more tasks than there are folders.
Result<void> check_begun(const SequenceSpec& spec, const HeadFolder& folder) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder.path() / "tasks", none)) {
    const std::string name = entry.path().filename().string();
    bool known = !fs::exists(entry.path() / "journal.db", none);
    for (std::size_t i = 0; i < spec.tasks.size(); ++i) {
      const std::string own = fs::path(task_folder(i, spec.tasks[i].name)).filename().string();
      known = known || name == own ||
              name.starts_with(own + ".");  // An earlier run that was set aside.
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

/// Compares each task that is over with the file. Refused if it was another study; settings that
/// come too late for it are named. A failed task is begun anew, and may change.
Result<void> check_ended(const SequenceSpec& spec, const RunOptions& options,
                         const HeadFolder& folder, const std::string& memory) {
  for (std::size_t i = 0; i < spec.tasks.size(); ++i) {
    const fs::path path = folder.path() / task_folder(i, spec.tasks[i].name);
    if (!fs::exists(path / "journal.db")) break;
    auto task = HeadFolder::open(path);
    if (!task) return task.error();
    const auto next = continuation_of(task_request(spec, options, memory, i), *task);
    if (!next) return next.error();
    if (!next->recorded || !next->recorded->end || !next->change ||
        next->recorded->end->outcome == StudyFinished::Outcome::failed)
      continue;
    print_note(place_of(spec, i) + " is over, and these settings have no effect on it:\n" +
               to_text(next->change->changes) +
               "\nThe checkpoints of a task are deleted when it ends, so it cannot go on. Use "
               "--fresh to run the whole sequence with them");
  }
  return {};
}

/// Waits until no process of any task is left.
Result<void> wait_for_tasks(const HeadFolder& folder) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder.path() / "tasks", none))
    if (auto ended = wait_for_processes(entry.path(), print_note); !ended) return ended;
  return {};
}

/// Memory of the options, else of the file, else of the first task's start, else DIR/memory.db.
std::string memory_of(const SequenceSpec& spec, const RunOptions& options,
                      const HeadFolder& folder) {
  const auto absolute = [](const fs::path& path) {
    return fs::absolute(path).lexically_normal().string();
  };
  if (!options.memory.empty()) return absolute(options.memory);
  const auto& memory = spec.tasks.front().spec.memory;
  if (memory && !memory->file.empty()) return memory->file;
  const auto first =
      read_task_result((folder.path() / task_folder(0, spec.tasks.front().name)).string());
  if (first && *first && !(*first)->memory.empty()) return (*first)->memory;
  return absolute(folder.path() / "memory.db");
}

int exit_code(const std::string& folder) {
  const auto tasks = tasks_in(folder);
  if (!tasks) return print_sequence_error(tasks.error());
  for (const auto& task : *tasks) {
    if (!task.end || !task.end->state.finished()) return exit_interrupted;
    if (const int code = exit_code_of(*task.end->state.finished()); code != exit_ok) return code;
  }
  return exit_ok;
}

Result<void> run_tasks(const Setting& setting, NodeProcess& process) {
  if (auto written = write_file(setting.folder.file("address"), setting.address + "\n"); !written)
    return written.error();
  const auto sequence = process.node().spawn<Sequence>(
      SequencePlan{setting.spec.tasks, setting.folder.path().string(), setting.memory},
      std::make_unique<HeadTaskRunner>(process, setting));
  process.on_signals({SIGINT, SIGTERM}, [&process, sequence, signals = 0](int) mutable {
    if (++signals > 1) _exit(exit_interrupted);  // Nodes end when their lease expires.
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
  const bool quiet = options.verbosity == Verbosity::quiet;
  print_problems(file.problems, quiet ? Shown::errors : Shown::all);
  if (!file.spec) return exit_usage;
  const SequenceSpec& spec = *file.spec;
  for (const auto& task : spec.tasks) {
    const auto waits = check_room(task.spec, options.listen, options.local_slots);
    if (!waits)
      return print_sequence_error(
          {ErrorKind::refused, "task '" + task.name + "': " + waits.error().what});
    if (!waits->empty() && !quiet) print_note("task '" + task.name + "': " + *waits);
  }
  auto folder =
      HeadFolder::open(options.folder.empty() ? fs::path(spec.name) : fs::path(options.folder));
  if (!folder) return print_sequence_error(folder.error());
  if (options.fresh) {
    if (const auto ended = wait_for_tasks(*folder); !ended)
      return print_sequence_error(ended.error());
    const auto aside = folder->set_aside();
    if (!aside) return print_sequence_error(aside.error());
    if (*aside && !quiet) print_note("what was there before is in " + (*aside)->string());
  }
  if (spec.tasks.front().spec.group_readable)
    if (const auto opened = folder->open_to_group(); !opened)
      return print_sequence_error(opened.error());
  if (const std::string open = writable_by_others(folder->path()); !open.empty() && !quiet)
    print_note(open);
  if (fs::exists(folder->file("journal.db")))
    return print_sequence_error(
        {ErrorKind::refused,
         folder->path().string() + " is the folder of a study; use another --dir"});
  if (const auto same = check_begun(spec, *folder); !same)
    return print_sequence_error(same.error());
  const std::string memory = memory_of(spec, options, *folder);
  if (const auto same = check_ended(spec, options, *folder, memory); !same)
    return print_sequence_error(same.error());
  if (const auto written = write_file(folder->file("sequence.yaml"), spec.text); !written)
    return print_sequence_error(written.error());
  block_signals({SIGINT, SIGTERM});
  const StudySpec& shared = spec.tasks.front().spec;
  const std::string listen = options.listen.empty() ? shared.listen : options.listen;
  const auto keys = runtime::keys_to_listen(listen, options.keys);
  if (!keys) return print_sequence_error(keys.error());
  const auto own_keys = open_study_keys(folder->path());
  if (!own_keys) return print_sequence_error(own_keys.error());
  NodeProcess process({.name = "head",
                       .lease = seconds(shared.lease_s),
                       .keys = keys_of_head(*keys, *own_keys),
                       .permits = permits});
  const auto address = listen_again(process.node(), listen, *folder);
  if (!address) return print_sequence_error(address.error());
  if (*keys && options.verbosity == Verbosity::normal) print_join_command(*address);
  const Setting setting{spec,     options, *folder, memory, runtime::seen_from_here(*address),
                        *own_keys};
  process.node().spawn<NodesFile>(process.node(), folder->file(NodesFile::name), *address,
                                  shared.group_readable);
  if (const auto ran = run_tasks(setting, process); !ran) return print_sequence_error(ran.error());
  return exit_code(folder->path().string());
}

}  // namespace troupe::cli
