#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace troupe::runtime {

/// A program to start, with the descriptors that it gets. `output` and `errors` are above 2.
struct Launch {
  std::vector<std::string> argv;
  std::vector<std::string> env;
  std::string cwd;  ///< Empty: the working folder of this process.
  int input = -1;   ///< Becomes standard input.
  int output = -1;
  int errors = -1;
  int cgroup_procs = -1;  ///< The file cgroup.procs of the cgroup to join; -1 for none.
};

/// What became of a launch.
struct Launched {
  pid_t pid = 0;  ///< 0 if the program was not started.
  bool in_cgroup = false;
  int error = 0;     ///< errno, if it was not started.
  std::string what;  ///< A sentence that names the program or the folder, if it was not started.
};

/// Starts a program with vfork and exec, whose cost does not depend on the size of this process,
/// and returns once the program executes. The program leads a session and a process group of its
/// own, has default signal handlers, and gets SIGKILL when the calling thread ends. Descriptors
/// that it must not inherit have to be close-on-exec.
Launched launch(const Launch& launch);

}  // namespace troupe::runtime
