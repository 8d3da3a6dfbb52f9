#include "actors/head/local_node.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/process/signal_name.hpp"

extern char** environ;

namespace troupe::actors {

namespace {

std::string reason_of(int status) {
  if (WIFSIGNALED(status)) return "signal " + runtime::signal_name(WTERMSIG(status));
  return "exit code " + std::to_string(WEXITSTATUS(status));
}

/// Starts argv in a process group of its own (a Ctrl-C at the terminal is the head's business),
/// with no signal blocked, and with `kept` open under the numbers they have here.
Result<pid_t> spawn(std::vector<std::string> argv, const std::vector<int>& kept,
                    const std::string& log) {
  std::vector<char*> words;
  for (auto& word : argv) words.push_back(word.data());
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  // A dup2 onto itself clears close-on-exec.
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

LocalNode::LocalNode(Reactor& reactor, LivenessPipe liveness_pipe, bool child, OnGone on_gone)
    : reactor_(reactor),
      liveness_pipe_(std::move(liveness_pipe)),
      child_(child),
      on_gone_(std::move(on_gone)) {
  watch_ = reactor_.watch_readable(liveness_pipe_.read_end(), [this] { look(); });
}

LocalNode::~LocalNode() {
  if (running_) reactor_.unwatch(watch_);
}

Result<std::unique_ptr<LocalNode>> LocalNode::start(Reactor& reactor, const Options& options,
                                                    const std::string& name, OnGone on_gone) {
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
      new LocalNode(reactor, std::move(liveness_pipe).value(), true, std::move(on_gone)));
}

std::unique_ptr<LocalNode> LocalNode::adopt(Reactor& reactor, LivenessPipe liveness_pipe,
                                            OnGone on_gone) {
  return std::unique_ptr<LocalNode>(
      new LocalNode(reactor, std::move(liveness_pipe), false, std::move(on_gone)));
}

void LocalNode::look() {
  if (!liveness_pipe_.gone()) return;
  running_ = false;
  reactor_.unwatch(watch_);
  std::string reason = "its processes ended";
  if (child_) {
    int status = 0;
    // The pipe has no writer any more, so the process is at its very end: this does not block.
    while (waitpid(liveness_pipe_.pid(), &status, 0) < 0 && errno == EINTR) {
    }
    reason = reason_of(status);
  }
  on_gone_(Ending{liveness_pipe_.node(), liveness_pipe_.orderly(), std::move(reason)});
}

}  // namespace troupe::actors
