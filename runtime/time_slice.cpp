#include "runtime/time_slice.hpp"

#include <sys/syscall.h>
#include <unistd.h>

namespace troupe::runtime {

namespace {

/// The kernel's `struct sched_attr`, first version; the C library has none.
struct SchedulingAttributes {
  std::uint32_t size = sizeof(SchedulingAttributes);
  std::uint32_t policy = 0;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime_ns = 0;  ///< Time slice of a thread with the default policy.
  std::uint64_t deadline_ns = 0;
  std::uint64_t period_ns = 0;
};
static_assert(sizeof(SchedulingAttributes) == 48);

constexpr std::uint64_t reset_on_fork = 1;
constexpr std::uint64_t slice_ns = 100'000;  ///< The kernel's minimum.

}  // namespace

void shorten_time_slice(Offspring offspring) {
  SchedulingAttributes attributes;
  if (::syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
  if (attributes.policy != 0) return;  // Keep a policy that somebody has set.
  attributes.runtime_ns = slice_ns;
  if (offspring == Offspring::starts_over) attributes.flags |= reset_on_fork;
  (void)::syscall(SYS_sched_setattr, 0, &attributes, 0);
}

}  // namespace troupe::runtime
