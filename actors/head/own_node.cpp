#include "actors/head/own_node.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/core/check.hpp"
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

OwnNode::OwnNode(Reactor& reactor, Options options, OnGone on_gone)
    : reactor_(reactor), options_(std::move(options)), on_gone_(std::move(on_gone)) {}

OwnNode::~OwnNode() {
  if (tether_ < 0) return;
  reactor_.unwatch(watch_);
  close(tether_);
}

Result<void> OwnNode::start() {
  check(pid_ == 0, "a head has one node of its own at a time");
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return Error{ErrorKind::io, std::string("pipe: ") + std::strerror(errno)};
  std::vector<int> kept = options_.inherited_fds;
  kept.push_back(ends[1]);
  std::string list;
  for (const int fd : kept) list += (list.empty() ? "" : ",") + std::to_string(fd);
  std::vector<std::string> argv = options_.argv;
  ++starts_;
  for (const auto& word : {std::string("--name"), name_prefix + std::to_string(starts_),
                           std::string("--keep-open"), list})
    argv.push_back(word);
  const Result<pid_t> pid = spawn(std::move(argv), kept, options_.log);
  close(ends[1]);
  if (!pid) {
    close(ends[0]);
    return pid.error();
  }
  pid_ = *pid;
  tether_ = ends[0];
  watch_ = reactor_.watch_readable(tether_, [this] { gone(); });
  return {};
}

void OwnNode::kill() {
  if (pid_ > 0) ::kill(pid_, SIGKILL);
}

void OwnNode::gone() {
  reactor_.unwatch(watch_);
  close(std::exchange(tether_, -1));
  int status = 0;
  // The pipe has no writer any more, so the process is at its very end: this does not block.
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  on_gone_(Ending{name_prefix + std::to_string(starts_),
                  WIFEXITED(status) && WEXITSTATUS(status) == 0, reason_of(status)});
}

}  // namespace troupe::actors
