#include "actors/head/local_node.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actors/json.hpp"
#include "runtime/process/processes.hpp"

namespace troupe::actors {

namespace {

std::string reason_of(int status) {
  if (WIFSIGNALED(status)) return "signal " + runtime::signal_name(WTERMSIG(status));
  return "exit code " + std::to_string(WEXITSTATUS(status));
}

/// Starts argv in a process group of its own, so that Ctrl-C reaches the head only, with no signal
/// blocked. The descriptors `kept` stay open under the same numbers.
Result<pid_t> spawn(std::vector<std::string> argv, const std::vector<int>& kept,
                    const std::string& log) {
  std::vector<char*> words;
  for (auto& word : argv) words.push_back(word.data());
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0644);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  // dup2 of a descriptor onto itself clears its close-on-exec flag.
  for (const int fd : kept) posix_spawn_file_actions_adddup2(&actions, fd, fd);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  pid_t pid = 0;
  const int failed = posix_spawnp(&pid, words[0], &actions, &attributes, words.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0)
    return Error{ErrorKind::io, "cannot start " + argv[0] + ": " + std::strerror(failed)};
  return pid;
}

}  // namespace

LocalNode::LocalNode(Reactor& reactor, LivenessPipe liveness_pipe, bool child, OnEnd on_end)
    : reactor_(reactor),
      liveness_pipe_(std::move(liveness_pipe)),
      child_(child),
      on_end_(std::move(on_end)) {
  watch_ = reactor_.watch_readable(liveness_pipe_.read_end(), [this] { poll_pipe(); });
}

LocalNode::~LocalNode() {
  if (running_) reactor_.unwatch(watch_);
}

Result<std::unique_ptr<LocalNode>> LocalNode::start(Reactor& reactor, const Options& options,
                                                    const std::string& name, OnEnd on_end) {
  auto liveness_pipe = LivenessPipe::make(options.folder, name);
  if (!liveness_pipe) return liveness_pipe.error();
  std::vector<std::string> argv = options.argv;
  for (const auto& word : {std::string("--name"), name, std::string("--keep-open"),
                           std::to_string(liveness_pipe->write_end())})
    argv.push_back(word);
  const Result<pid_t> pid = spawn(std::move(argv), {liveness_pipe->write_end()}, options.log);
  if (!pid) return pid.error();
  if (auto known = liveness_pipe->started(*pid); !known) return known.error();
  return std::unique_ptr<LocalNode>(
      new LocalNode(reactor, std::move(liveness_pipe).value(), true, std::move(on_end)));
}

std::unique_ptr<LocalNode> LocalNode::adopt(Reactor& reactor, LivenessPipe liveness_pipe,
                                            OnEnd on_end) {
  return std::unique_ptr<LocalNode>(
      new LocalNode(reactor, std::move(liveness_pipe), false, std::move(on_end)));
}

void LocalNode::poll_pipe() {
  if (!liveness_pipe_.is_closed()) return;
  running_ = false;
  reactor_.unwatch(watch_);
  std::string reason = "its processes ended";
  if (child_) {
    int status = 0;
    // The pipe has no writer, so the process is ending, and this wait is short.
    while (waitpid(liveness_pipe_.pid(), &status, 0) < 0 && errno == EINTR) {
    }
    reason = reason_of(status);
  }
  on_end_(Ending{liveness_pipe_.node(), liveness_pipe_.orderly(), std::move(reason)});
}

namespace {

constexpr std::uint32_t losses_max = 20;

/// Number of a local node: 3 for own-3.
std::uint32_t number_of(std::string_view node) {
  node.remove_prefix(std::string_view(LocalNode::name_prefix).size());
  std::uint32_t number = 0;
  std::from_chars(node.data(), node.data() + node.size(), number);
  return number;
}

}  // namespace

LocalNodeSupervision::LocalNodeSupervision(NodeProcess& process, StudyRef study, Options options,
                                           std::function<void()> on_over)
    : process_(process), study_(study), on_over_(std::move(on_over)) {
  const auto& resources = options.resources;
  options_ = {.argv = {options.program, "node", "--join", options.address, "--cpus",
                       std::to_string(resources.cpus), "--gpus", std::to_string(resources.gpus),
                       "--memory", std::to_string(resources.memory), "--lease",
                       json_number(options.lease_s), "--keys", options.keys},
              .folder = std::move(options.folder),
              .log = std::move(options.log)};
  if (options.slots) {
    options_.argv.emplace_back("--slots");
    options_.argv.push_back(std::to_string(*options.slots));
  }
}

LocalNodeSupervision::~LocalNodeSupervision() {
  process_.call([this] { nodes_.clear(); });
}

Result<void> LocalNodeSupervision::start() {
  Result<void> started;
  process_.call([&] { started = adopt_or_launch(); });
  return started;
}

/// Starts no node beside one of an earlier head, which comes back or ends when its lease expires.
Result<void> LocalNodeSupervision::adopt_or_launch() {
  auto found = LivenessPipe::find_open(options_.folder);
  if (!found) return found.error();
  for (LivenessPipe& liveness_pipe : *found) {
    starts_ = std::max(starts_, number_of(liveness_pipe.node()));
    nodes_.push_back(
        LocalNode::adopt(process_.reactor(), std::move(liveness_pipe),
                         [this](const LocalNode::Ending& ending) { on_node_end(ending); }));
  }
  return nodes_.empty() ? launch() : Result<void>();
}

Result<void> LocalNodeSupervision::launch() {
  auto node = LocalNode::start(process_.reactor(), options_,
                               LocalNode::name_prefix + std::to_string(++starts_),
                               [this](const LocalNode::Ending& ending) { on_node_end(ending); });
  if (!node) return node.error();
  nodes_.push_back(std::move(node).value());
  return {};
}

void LocalNodeSupervision::stop_restarting() {
  process_.reactor().post([this] { stopped_restarting_ = true; });
}

bool LocalNodeSupervision::any_running() const {
  return std::ranges::any_of(nodes_, [](const auto& node) { return node->running(); });
}

void LocalNodeSupervision::on_node_end(const LocalNode::Ending& ending) {
  process_.node().tell(study_, NodeProcessesGone{ending.name, ending.reason});
  if (any_running()) return;
  // A node of an earlier head may have ended in order with the study of that head.
  const bool runs_on = process_.node().is_alive(study_);
  if (stopped_restarting_ || (ending.orderly && !runs_on)) return on_over_();
  if (++losses_ <= losses_max && launch()) return;
  process_.node().tell(study_, StopStudy{StopRequested::How::interrupt,
                                         "its own node cannot be kept alive: " + ending.reason});
  on_over_();
}

}  // namespace troupe::actors
