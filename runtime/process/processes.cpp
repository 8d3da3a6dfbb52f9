#include "runtime/process/processes.hpp"

#include "runtime/process/signal_name.hpp"

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

}  // namespace troupe::runtime
