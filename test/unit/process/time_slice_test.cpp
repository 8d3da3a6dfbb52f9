#include "runtime/time_slice.hpp"

#include <array>
#include <thread>

#include <boost/test/unit_test.hpp>
#include <sys/syscall.h>
#include <unistd.h>

namespace troupe::runtime {
namespace {

BOOST_AUTO_TEST_SUITE(time_slice)

/// The time slice of the calling thread in nanoseconds; 0 where the kernel does not offer it.
std::uint64_t turn_ns() {
  std::array<std::uint64_t, 6>
      attributes{};  // struct sched_attr of the kernel; the fourth word is sched_runtime.
  BOOST_REQUIRE(::syscall(SYS_sched_getattr, 0, attributes.data(), sizeof attributes, 0) == 0);
  return attributes[3];
}

struct Turns {
  std::uint64_t own = 0;
  std::uint64_t of_its_thread = 0;
};

Turns turns_of_a_thread(Offspring offspring) {
  Turns turns;
  std::thread([&] {
    shorten_time_slice(offspring);
    turns.own = turn_ns();
    std::thread([&] { turns.of_its_thread = turn_ns(); }).join();
  }).join();
  return turns;
}

BOOST_AUTO_TEST_CASE(a_thread_has_a_short_slice_and_its_children_do_not) {
  const std::uint64_t usual = turn_ns();
  if (usual == 0) {
    BOOST_TEST_MESSAGE("skipped: this Linux is older than 6.12, or the tests have real time");
    return;
  }
  const Turns turns = turns_of_a_thread(Offspring::starts_over);
  BOOST_TEST(turns.own < usual);
  BOOST_TEST(turns.of_its_thread == usual);
}

BOOST_AUTO_TEST_CASE(children_inherit_a_short_slice_if_wanted) {
  const Turns turns = turns_of_a_thread(Offspring::inherits);
  BOOST_TEST(turns.of_its_thread == turns.own);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
