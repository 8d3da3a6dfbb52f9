#pragma once

#include <cstdint>

namespace troupe::runtime {

/// Whether threads and processes that a thread starts have its time slice.
enum class Offspring : std::uint8_t {
  inherits,     ///< Threads and processes that this thread starts have short time slices too.
  starts_over,  ///< They have the system's default time slice.
};

/// Requests a time slice of 100 us for the calling thread. A thread that runs for microseconds is
/// then scheduled as soon as it wakes, before programs that compute. Its share of processor time
/// does not change. Needs no privilege; has no effect before Linux 6.12.
void shorten_time_slice(Offspring offspring);

}  // namespace troupe::runtime
