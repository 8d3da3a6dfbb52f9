#include "runtime/process/processes.hpp"

#include <csignal>
#include <cstring>

namespace troupe::runtime {

std::string describe(const ProcessEnded& ended) {
  switch (ended.cause) {
    case ProcessEnded::Cause::exited:
      return "exit code " + std::to_string(ended.code);
    case ProcessEnded::Cause::signaled:
      return "signal " + signal_name(ended.code);
    case ProcessEnded::Cause::out_of_memory:
      return "out of memory (" + ended.what + ")";
    case ProcessEnded::Cause::not_started:
      return ended.what;
    case ProcessEnded::Cause::lost:
      return "lost: " + ended.what;
  }
  return "ended";
}

std::string signal_name(int number) {
  if (const char* name = sigabbrev_np(number)) return std::string("SIG") + name;
  if (number >= SIGRTMIN && number <= SIGRTMAX)
    return "SIGRTMIN+" + std::to_string(number - SIGRTMIN);
  return std::to_string(number);
}

}  // namespace troupe::runtime
