#include "runtime/process/launch.hpp"

#include <cerrno>
#include <cstring>
#include <string_view>

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace troupe::runtime {

namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (const auto& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

/// The paths to try for the program, as execvp would, but with the PATH that the program gets.
std::vector<std::string> candidates(const Launch& launch) {
  const std::string& program = launch.argv.front();
  if (program.find('/') != std::string::npos) return {program};
  std::string_view path = "/usr/local/bin:/usr/bin:/bin";
  for (const auto& entry : launch.env)
    if (entry.starts_with("PATH=")) path = std::string_view(entry).substr(5);
  std::vector<std::string> out;
  while (!path.empty()) {
    const auto folder = path.substr(0, path.find(':'));
    if (!folder.empty()) out.push_back(std::string(folder) + "/" + program);
    path.remove_prefix(std::min(path.size(), folder.size() + 1));
  }
  return out;
}

/// What the child tells its parent through their common memory.
struct Report {
  int error = 0;
  bool bad_folder = false;
  bool in_cgroup = false;
};

/// From here on the compiler knows nothing of `report`: somebody else may have written to it.
/// Without this it takes the parent's copy for unchanged, for it sees that the child's path never
/// returns; volatile members do not keep GCC 12 from it.
void forget(Report& report) {
  auto* shared = &report;
  asm volatile("" : "+r"(shared) : : "memory");
}

/// Runs in the child, on the parent's memory while the parent waits: system calls only.
[[noreturn, gnu::noinline]] void become(const Launch& launch, char* const* paths, char* const* argv,
                                        char* const* env, pid_t parent, Report& report) {
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // It died before the line above.
  if (launch.cgroup_procs >= 0) report.in_cgroup = ::write(launch.cgroup_procs, "0", 1) == 1;
  if (!launch.cwd.empty() && ::chdir(launch.cwd.c_str()) != 0) {
    report.error = errno;
    report.bad_folder = true;
    ::_exit(127);
  }
  ::dup2(launch.input, 0);
  ::dup2(launch.output, 1);
  ::dup2(launch.errors, 2);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  int error = ENOENT;
  for (; *paths != nullptr; ++paths) {
    ::execve(*paths, argv, env);
    // One that may not be run is worth more than one that is not there.
    if (errno != ENOENT && errno != ENOTDIR) error = errno;
    if (error != ENOENT && error != EACCES) break;
  }
  report.error = error;
  ::_exit(127);
}

}  // namespace

Launched launch(const Launch& launch) {
  if (launch.argv.empty()) return {0, false, EINVAL, "cannot start a program without a name"};
  const auto path_texts = candidates(launch);
  const auto paths = pointers(path_texts);
  const auto argv = pointers(launch.argv);
  const auto env = pointers(launch.env);
  Report report;
  forget(report);
  const pid_t self = ::getpid();
  const pid_t pid = ::vfork();
  if (pid == 0) become(launch, paths.data(), argv.data(), env.data(), self, report);
  forget(report);
  const int error = pid < 0 ? errno : report.error;
  if (error == 0) return {pid, report.in_cgroup, 0, {}};
  const std::string what = report.bad_folder
                               ? "cannot start " + launch.argv.front() + " in " + launch.cwd
                               : "cannot start " + launch.argv.front();
  // The child that could not become the program is reaped with everybody else's.
  return {0, false, error, what + ": " + std::strerror(error)};
}

}  // namespace troupe::runtime
