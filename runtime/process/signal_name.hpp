#pragma once

#include <string>

namespace troupe::runtime {

/// "SIGSEGV" for 11; "SIGRTMIN+3" for a real-time signal; the bare number for one unknown.
std::string signal_name(int number);

}  // namespace troupe::runtime
