// `troupe node`: joins a head, runs trials on this machine, and hosts the scheduler or searcher if
// the study file says so.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <signal.h>
#include <unistd.h>

#include "actors/cli/commands.hpp"
#include "actors/disk_room.hpp"
#include "actors/head/head_folder.hpp"
#include "actors/head/liveness_pipe.hpp"
#include "actors/head/local_node.hpp"
#include "actors/head/node_process.hpp"
#include "actors/head/reaper_lease.hpp"
#include "actors/head/study_access.hpp"
#include "actors/study/scheduler_actor.hpp"
#include "actors/study/searcher_actor.hpp"
#include "actors/study_file/scalar.hpp"
#include "actors/trial/node_agent.hpp"
#include "actors/trial/study_seeker.hpp"
#include "runtime/core/seconds.hpp"
#include "runtime/keys/address_keys.hpp"
#include "runtime/keys/admissions.hpp"
#include "runtime/keys/private_file.hpp"
#include "runtime/process/reaper_processes.hpp"

namespace troupe::cli {

using namespace actors;

namespace {

constexpr Duration join_patience = std::chrono::seconds(10);

void print_node_note(const std::string& note) {
  std::fprintf(stderr, "troupe node: %s\n", note.c_str());
}

int print_node_error(const std::string& what) {
  print_node_note(what);
  return exit_failure;
}

std::string own_name() {
  char host[256] = {};
  gethostname(host, sizeof host - 1);
  return std::string(host) + "-" + std::to_string(getpid());
}

/// Working folder of a node that does not share the study's folder. Without a home folder it is in
/// the folder for temporary files, where other users may have made a folder of that name.
Result<std::string> own_folder(const NodeOptions& options, const std::string& name) {
  namespace fs = std::filesystem;
  if (!options.folder.empty()) return fs::absolute(options.folder).lexically_normal().string();
  const char* cache = std::getenv("XDG_CACHE_HOME");
  const char* home = std::getenv("HOME");
  fs::path base;
  if (home != nullptr && *home == '/') base = fs::path(home) / ".cache" / "troupe";
  if (cache != nullptr && *cache == '/') base = fs::path(cache) / "troupe";
  if (base.empty()) {
    base = fs::temp_directory_path() / ("troupe-" + std::to_string(geteuid()));
    if (const auto made = make_private_folder(base); !made) return made.error();
    if (const auto checked = runtime::check_private_folder(base); !checked) return checked.error();
  }
  return (base / "nodes" / name).string();
}

std::shared_ptr<const std::vector<std::string>> environment_variables() {
  auto variables = std::make_shared<std::vector<std::string>>();
  for (char** variable = environ; *variable != nullptr; ++variable)
    variables->emplace_back(*variable);
  return variables;
}

/// Resources of the options; all of this machine by default.
Result<runtime::Resources> offered(const NodeOptions& options) {
  runtime::Resources resources = this_machine();
  if (options.cpus) resources.cpus = static_cast<std::uint32_t>(*options.cpus);
  if (options.gpus) resources.gpus = static_cast<std::uint32_t>(*options.gpus);
  if (options.memory.empty()) return resources;
  const auto memory = memory_size(options.memory);
  if (!memory)
    return Error{ErrorKind::bad_input,
                 "--memory " + options.memory + " is no size; expected one like 4G"};
  resources.memory = *memory;
  return resources;
}

/// Address and keys with which this node joins a head.
struct JoinPlan {
  std::string address;
  runtime::Keys keys;     ///< Not null.
  bool remember = false;  ///< Stores the key of the head in the key folder.
  std::string hint{};     ///< Appended to the error if the join fails.
};

/// The invitation in the file `path`, or on standard input if that is "-".
Result<runtime::Key> invitation_in(const std::string& path) {
  if (path != "-") {
    const auto text = read_file(path);
    return text ? runtime::read_invitation(*text) : text.error();
  }
  if (isatty(STDIN_FILENO) == 1) print_node_note("enter the invitation:");
  std::string line;
  std::getline(std::cin, line);
  return runtime::read_invitation(line);
}

/// Enrols the key of this machine at the head. Returns what to add to the error if the join fails.
/// A used invitation is no error: this node may have used it.
Result<std::string> enrol_at(const std::string& address, const std::string& name,
                             const runtime::Key& invitation, const runtime::KeyFolder& keys) {
  const auto enrolled =
      runtime::enrol(address, name, invitation, keys.own().public_key, join_patience);
  if (enrolled) {
    print_node_note(name + " is let in from now on with its own key, kept in " + keys.path());
    return std::string();
  }
  if (enrolled.error().kind == ErrorKind::refused) return " (" + enrolled.error().what + ")";
  return Error{enrolled.error().kind, "cannot join " + address + ": " +
                                          runtime::explained(enrolled.error(), address).what};
}

/// Reads the join address and the keys of this machine. With an invitation, makes a key if there is
/// none and enrols it at the head.
Result<JoinPlan> join_plan_for(const std::string& given, const std::string& name,
                               const NodeOptions& options) {
  const std::string folder = options.keys.empty() ? runtime::KeyFolder::usual_path() : options.keys;
  const std::string address = runtime::with_known_key(given, folder);
  if (const auto checked = runtime::check_join_address(address); !checked) return checked.error();
  std::optional<runtime::Key> invitation;
  if (!options.invitation.empty()) {
    const auto read = invitation_in(options.invitation);
    if (!read) return read.error();
    invitation = *read;
    if (!runtime::KeyFolder::exists(folder))
      if (const auto made = runtime::KeyFolder::create(folder); !made) return made.error();
  }
  auto keys = runtime::keys_to_dial(address, options.keys);
  if (!keys) return keys.error();
  JoinPlan way{address, std::move(keys).value(), options.keep_open.empty()};
  if (!invitation) return way;
  auto hint = enrol_at(address, name, *invitation, *way.keys);
  if (!hint) return hint.error();
  way.hint = std::move(*hint);
  return way;
}

/// Plan to join the study of a folder: with the study's keys, or with the ones given by --keys.
/// Plan to join any other address: see join_plan_for.
Result<JoinPlan> join_plan_of(const std::string& name, const NodeOptions& options) {
  std::error_code failed;
  if (!std::filesystem::is_directory(options.join, failed))
    return join_plan_for(options.join, name, options);
  if (!options.keys.empty()) {
    const auto address = address_in(options.join);
    return address ? join_plan_for(*address, name, options) : address.error();
  }
  auto access = study_access(options.join);
  if (!access) return access.error();
  return JoinPlan{std::move(access->address), std::move(access->keys)};
}

/// Lets a study spawn its scheduler and its searcher on this node.
void offer_decision_actors(runtime::Node& node) {
  node.offer<SpawnScheduler>(
      [](runtime::Context& self, const SpawnScheduler&) { return self.spawn<SchedulerActor>(); });
  node.offer<SpawnSearcher>(
      [](runtime::Context& self, const SpawnSearcher&) { return self.spawn<SearcherActor>(); });
}

/// Environment of the trials of this node. `process` and `processes` outlive it.
TrialEnvironment environment_of(NodeProcess& process, runtime::ReaperProcesses& processes) {
  return {.processes = &processes,
          .variables = environment_variables(),
          .deliver =
              [&process](runtime::Address to, runtime::ProcessEvent event) {
                std::visit(
                    [&]<typename E>(E& one) {
                      process.node().tell(runtime::Ref<E>(to), std::move(one));
                    },
                    event);
              },
          .log_warning = print_node_note,
          .disk_full_reason = disk_full_reason};
}

}  // namespace

int run_node(const NodeOptions& options) {
  const std::string name = options.name.empty() ? own_name() : options.name;
  if (name.starts_with(LocalNode::name_prefix) && options.keep_open.empty())
    return print_node_error("--name " + name + ": names that begin with '" +
                            LocalNode::name_prefix +
                            "' are for the nodes that a head starts itself; choose another");
  const auto way = join_plan_of(name, options);
  if (!way) return print_node_error(way.error().what);
  const auto resources = offered(options);
  if (!resources) return print_node_error(resources.error().what);
  const auto folder = own_folder(options, name);
  if (!folder) return print_node_error(folder.error().what + "; --dir DIR sets another folder");
  block_signals({SIGINT, SIGTERM});

  NodeProcess process({.name = name,
                       .resources = *resources,
                       .lease = seconds(options.lease_s),
                       .keys = way->keys});
  runtime::ReaperProcesses processes(
      process.reactor(),
      {.reaper = {this_program(), "warden", "--fd"}, .inherited = options.keep_open});
  offer_decision_actors(process.node());
  const auto head = process.node().join(way->address, join_patience);
  if (!head)
    return print_node_error("cannot join " + way->address + ": " +
                            runtime::explained(head.error(), way->address).what + way->hint);
  if (way->remember)
    if (const auto kept = runtime::remember_head(*way->keys, way->address); !kept)
      print_node_note(kept.error().what);
  const auto study = process.node().find<StudyRef>(*head, std::string(study_name), join_patience);
  if (!study)
    return print_node_error("there is no study at " + way->address + ": " + study.error().what);

  const auto seeker =
      process.node().spawn<StudySeeker>(process.node(), way->address, std::string(study_name));
  // The agent may outlive the locals of this function, so it gets copies.
  AgentOptions agent_options{.node = name,
                             .resources = *resources,
                             .study = *study,
                             .lease = seconds(options.lease_s),
                             .own_folder = *folder,
                             .apart = !options.folder.empty(),
                             .slots = options.slots};
  agent_options.look_again = [&node = process.node(), seeker](
                                 runtime::Ref<StudyFound, StudyGone> answer, Instant until) {
    node.tell(seeker, StudySeeker::Seek{answer, until});
  };
  const ReaperLease lease(
      process.node(),
      [&processes](Instant until, Duration grace) { processes.set_lease(until, grace); },
      agent_options.lease);
  lease.attach_to(agent_options);
  const auto agent =
      process.node().spawn<NodeAgent>(std::move(agent_options), environment_of(process, processes));
  process.on_signals({SIGINT, SIGTERM}, [&](int) { process.node().stop(agent); });
  const auto end = process.node().wait(agent, Duration::max());
  process.call([&] {
    for (const auto& link : process.node().network().links)
      if (link.state == runtime::LinkState::down)
        print_node_note("the link to the head ended: " + link.reason);
  });
  process.node().stop(std::chrono::seconds(5));
  if (end && end->cause == runtime::Cause::stopped)
    LivenessPipe::announce_orderly_end(options.keep_open);
  return end && end->cause == runtime::Cause::stopped ? exit_ok : exit_failure;
}

}  // namespace troupe::cli
