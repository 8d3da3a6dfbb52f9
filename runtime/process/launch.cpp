#include "runtime/process/launch.hpp"

#include <cerrno>
#include <cstring>
#include <string_view>

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "runtime/core/check.hpp"
#include "runtime/process/execution_problem.hpp"

namespace troupe::runtime {

namespace {

/// The texts as execve takes them; valid while `texts` is unchanged.
std::vector<char*> c_strings(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (const auto& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

/// The PATH of the program's environment.
std::string_view search_path_of(const Launch& launch) {
  for (const auto& entry : launch.env)
    if (entry.starts_with("PATH=")) return std::string_view(entry).substr(5);
  return default_search_path;
}

/// Why the program was not executed.
std::string reason_of(const Launch& launch, const std::vector<std::string>& paths, int error) {
  for (const std::string& path : paths) {
    const std::string file = path_from(launch.cwd, path);
    if (auto problem = execution_problem(file, search_path_of(launch))) return *problem;
    if (error == ENOEXEC && ::access(file.c_str(), X_OK) == 0)
      return "it is neither a program of this machine nor a script with a first line such as "
             "#!/bin/sh";
  }
  return std::strerror(error);
}

/// What the child writes for its parent, into the memory that both share.
struct ExecReport {
  int error = 0;
  bool bad_folder = false;
  bool in_cgroup = false;
};

/// Makes the compiler assume that `report` has changed. Without it GCC 12 takes the parent's copy
/// for unchanged, because the child's path never returns; volatile members do not prevent that.
void reload(ExecReport& report) {
  auto* shared = &report;
  asm volatile("" : "+r"(shared) : : "memory");
}

/// Becomes the program. Runs in the child, on the parent's memory while the parent waits, so it
/// makes system calls only.
[[noreturn, gnu::noinline]] void exec_program(const Launch& launch, char* const* paths,
                                              char* const* argv, char* const* env, pid_t parent,
                                              ExecReport& report) {
  ::setsid();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // The parent died before prctl.
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
    // EACCES of one path is a better explanation than ENOENT of another.
    if (errno != ENOENT && errno != ENOTDIR) error = errno;
    if (error != ENOENT && error != EACCES) break;
  }
  report.error = error;
  ::_exit(127);
}

}  // namespace

Launched launch(const Launch& launch) {
  if (launch.argv.empty()) return {0, false, EINVAL, "cannot start a program without a name"};
  const auto path_texts = executable_paths(launch.argv.front(), search_path_of(launch));
  const auto paths = c_strings(path_texts);
  const auto argv = c_strings(launch.argv);
  const auto env = c_strings(launch.env);
  ExecReport report;
  reload(report);
  check(launch.output > 2 && launch.errors > 2,
        "the outputs of a program are no standard streams of its reaper");
  const pid_t self = ::getpid();
  const pid_t pid = ::vfork();
  if (pid == 0) exec_program(launch, paths.data(), argv.data(), env.data(), self, report);
  reload(report);
  const int error = pid < 0 ? errno : report.error;
  if (error == 0) return {pid, report.in_cgroup, 0, {}};
  const std::string what = report.bad_folder
                               ? "cannot start " + launch.argv.front() + " in " + launch.cwd
                               : "cannot start " + launch.argv.front();
  // The failed child is reaped by the caller's loop, as all children are.
  const std::string reason =
      report.bad_folder ? std::strerror(error) : reason_of(launch, path_texts, error);
  return {0, false, error, what + ": " + reason};
}

}  // namespace troupe::runtime
