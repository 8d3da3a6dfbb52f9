#include "runtime/process/signal_name.hpp"

#include <csignal>
#include <cstring>

namespace troupe::runtime {

std::string signal_name(int number) {
  if (const char* name = sigabbrev_np(number)) return std::string("SIG") + name;
  if (number >= SIGRTMIN && number <= SIGRTMAX)
    return "SIGRTMIN+" + std::to_string(number - SIGRTMIN);
  return std::to_string(number);
}

}  // namespace troupe::runtime
