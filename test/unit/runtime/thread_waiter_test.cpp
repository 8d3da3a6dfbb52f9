#include "runtime/engine/thread_waiter.hpp"

#include <chrono>
#include <functional>
#include <thread>

#include <boost/test/unit_test.hpp>

namespace troupe::runtime {
namespace {

BOOST_AUTO_TEST_SUITE(thread_waiter)

Instant soon(std::chrono::milliseconds wait) {
  return Instant{std::chrono::steady_clock::now().time_since_epoch() + wait};
}

BOOST_AUTO_TEST_CASE(a_result_of_another_thread_is_waited_for) {
  const Environment::Drive none;
  const ThreadWaiter waiter(none);
  std::jthread other;
  const auto result = waiter.call<int>(Instant::never(), [&](std::function<void(int)> finish) {
    other = std::jthread([finish] { finish(42); });
  });
  BOOST_TEST(result.value() == 42);
}

BOOST_AUTO_TEST_CASE(a_result_that_comes_after_the_deadline_has_no_effect) {
  const Environment::Drive none;
  const ThreadWaiter waiter(none);
  std::function<void(int)> late;
  const auto result = waiter.call<int>(soon(std::chrono::milliseconds(1)),
                                       [&](std::function<void(int)> finish) { late = finish; });
  BOOST_TEST(!result.has_value());
  late(42);
}

BOOST_AUTO_TEST_CASE(a_drive_runs_the_world_meanwhile) {
  std::function<void(int)> finish_later;
  Instant asked_until{};
  const Environment::Drive drive = [&](const std::function<bool()>& done, Instant until) {
    asked_until = until;
    BOOST_TEST(!done());
    finish_later(7);
    BOOST_TEST(done());
  };
  const ThreadWaiter waiter(drive);
  const auto result = waiter.call<int>(Instant{Duration(99)}, [&](std::function<void(int)> finish) {
    finish_later = std::move(finish);
  });
  BOOST_TEST(result.value() == 7);
  BOOST_TEST((asked_until == Instant{Duration(99)}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
