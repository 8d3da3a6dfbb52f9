#pragma once

namespace troupe::runtime {

enum class Cgroups {
  where_writable,
  never,  ///< To test what happens where there are none.
};

/// The whole program of a reaper (`troupe reaper --fd FD`): serves the node at the other end of the
/// socket `fd`, and ends every program that it started when that closes, when the node is gone, or
/// on SIGTERM. Returns the exit code of the process, which must have no other thread.
int warden_main(int fd, Cgroups cgroups = Cgroups::where_writable);

}  // namespace troupe::runtime
