#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace troupe::runtime {

/// How a program is to be started.
struct Launch {
  std::vector<std::string> argv;
  std::vector<std::string> env;
  std::string cwd;  ///< Empty: where this process is.
  int input = -1;   ///< Becomes its standard input; all three are above 2.
  int output = -1;
  int errors = -1;
  int cgroup_procs = -1;  ///< Of the cgroup that it shall be in; -1 for none.
};

struct Launched {
  pid_t pid = 0;  ///< 0 if it was not started.
  bool in_cgroup = false;
  int error = 0;     ///< errno if it was not started,
  std::string what;  ///< and a sentence that names the program or the folder.
};

/// Starts a program by vfork and exec, which does not care how large this process is, and returns
/// once it is executing: as leader of a session and process group of its own, with every signal at
/// its default, and to be killed when this thread ends. Everything that it shall not inherit has to
/// be marked close-on-exec.
Launched launch(const Launch& launch);

}  // namespace troupe::runtime
