#pragma once

#include <cstdint>

namespace troupe::runtime {

enum class Offspring : std::uint8_t {
  inherits,     ///< Threads and processes that this thread starts take short turns too.
  starts_over,  ///< They do as the system has it.
};

/// This thread works for microseconds at a time, and others wait for it: asks that it runs as soon
/// as it wakes, before programs that compute for long. Its share of processor time stays the same,
/// and it needs no privilege. Linux before 6.12 takes no notice.
void shorten_time_slice(Offspring offspring);

}  // namespace troupe::runtime
