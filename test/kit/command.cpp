#include "test/kit/command.hpp"

#include <cerrno>
#include <cstdlib>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/core/check.hpp"

namespace troupe::test {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void become(const std::vector<std::string>& argv,
                         const std::vector<std::string>& environment, const fs::path& folder) {
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const auto& setting : environment) {
    const auto equals = setting.find('=');
    setenv(setting.substr(0, equals).c_str(), setting.substr(equals + 1).c_str(), 1);
  }
  const int in = open("/dev/null", O_RDONLY);
  const int out = open((folder / "out").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  const int err = open((folder / "err").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  dup2(in, 0);
  dup2(out, 1);
  dup2(err, 2);
  std::vector<char*> words;
  for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execvp(words[0], words.data());
  _exit(127);
}

}  // namespace

Command::Command(std::vector<std::string> argv, std::vector<std::string> environment) {
  pid_ = fork();
  check(pid_ >= 0, "a process can be started");
  if (pid_ == 0) become(argv, environment, folder_.path());
  setpgid(pid_, pid_);
  pidfd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
}

Command::~Command() {
  if (!code_) {
    kill(-pid_, SIGKILL);
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(pidfd_);
}

std::optional<int> Command::wait(std::chrono::seconds at_most) {
  if (code_) return code_;
  pollfd ended{pidfd_, POLLIN, 0};
  const auto until = std::chrono::steady_clock::now() + at_most;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return std::nullopt;
    const int ready = poll(&ended, 1, static_cast<int>(left.count()));
    if (ready == 0) return std::nullopt;
    if (ready > 0) break;
    check(errno == EINTR, "a process can be waited for");
  }
  int status = 0;
  waitpid(pid_, &status, 0);
  code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return code_;
}

bool Command::ended() const {
  pollfd state{pidfd_, POLLIN, 0};
  return code_.has_value() || poll(&state, 1, 0) > 0;
}

void Command::signal(int number) {
  kill(pid_, number);
}

std::string Command::out() const {
  return read_file(folder_.path() / "out");
}

std::string Command::err() const {
  return read_file(folder_.path() / "err");
}

Finished run(std::vector<std::string> argv, std::chrono::seconds at_most) {
  Command command(std::move(argv));
  const auto code = command.wait(at_most);
  return Finished{code.value_or(-1), command.out(), command.err()};
}

std::vector<pid_t> processes_with(const std::string& marker) {
  std::vector<pid_t> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (read_file(entry.path() / "environ").find(marker) == std::string::npos) continue;
    const std::string stat = read_file(entry.path() / "stat");
    const auto state = stat.rfind(')');
    if (state == std::string::npos || stat.size() <= state + 2 || stat[state + 2] == 'Z') continue;
    found.push_back(std::stoi(name));
  }
  return found;
}

bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds at_most) {
  const auto until = std::chrono::steady_clock::now() + at_most;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    poll(nullptr, 0, 10);
  }
  return true;
}

}  // namespace troupe::test
