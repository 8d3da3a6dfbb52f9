#include "runtime/dispatch/parking.hpp"

#include <algorithm>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace troupe::runtime {

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));

void Parking::sleep(Instant until) {
  using std::chrono::seconds;
  const Duration time = std::max(until.since_zero, Duration{0});
  const auto whole = std::chrono::duration_cast<seconds>(time);
  const timespec deadline{whole.count(), static_cast<long>((time - whole).count())};
  // FUTEX_WAIT_BITSET takes an absolute deadline of the monotonic clock; FUTEX_WAIT a duration.
  syscall(SYS_futex, &state_, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, parked,
          until == Instant::never() ? nullptr : &deadline, nullptr, FUTEX_BITSET_MATCH_ANY);
}

void Parking::ring() {
  syscall(SYS_futex, &state_, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, nullptr, nullptr, 0);
}

}  // namespace troupe::runtime
