#pragma once

#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "runtime/process/descriptor.hpp"

namespace troupe::runtime {

// By number: glibc 2.36 declares these without extern "C", so C++ cannot link them.

/// Holds the process that is `pid` now, whatever becomes of the number. Empty if there is none.
inline Descriptor open_process(pid_t pid) {
  return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

/// False if it is gone already, or may not be signalled.
inline bool send_signal(const Descriptor& process, int signal) {
  return ::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0) == 0;
}

}  // namespace troupe::runtime
