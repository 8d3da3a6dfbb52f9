#include "runtime/io_thread.hpp"

#include <array>
#include <atomic>
#include <functional>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/core/check.hpp"
#include "runtime/system_clock.hpp"

namespace troupe::runtime {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(io_thread)

struct Fixture {
  std::array<int, 2> pipe{-1, -1};
  std::array<int, 2> sockets{-1, -1};
  IoThread io;

  Fixture() {
    BOOST_REQUIRE(::pipe(pipe.data()) == 0);
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, sockets.data()) == 0);
  }
  ~Fixture() {
    io.stop();
    for (const int fd : {pipe[0], pipe[1], sockets[0], sockets[1]})
      if (fd >= 0) ::close(fd);
  }

  /// Runs `step` on the io thread, and returns its result or throws its exception here.
  template <typename F>
  auto on_io(F step) {
    std::promise<decltype(step())> done;
    io.post([&] {
      try {
        if constexpr (std::is_void_v<decltype(step())>) {
          step();
          done.set_value();
        } else {
          done.set_value(step());
        }
      } catch (...) {
        done.set_exception(std::current_exception());
      }
    });
    return wait(done.get_future());
  }

  template <typename T>
  static T wait(std::future<T> future) {
    if (future.wait_for(10s) != std::future_status::ready)
      throw std::runtime_error("not done within 10 s");
    return future.get();
  }

  void write_to_pipe(const std::string& bytes) const {
    BOOST_REQUIRE(::write(pipe[1], bytes.data(), bytes.size()) ==
                  static_cast<ssize_t>(bytes.size()));
  }
};

BOOST_FIXTURE_TEST_CASE(timers_and_descriptors_are_served_while_callbacks_post_for_ever, Fixture) {
  std::function<void()> again = [&] { io.post(again); };
  std::promise<void> rang;
  std::promise<void> read;
  on_io([&] {
    again();
    io.at(io.now() + 1ms, [&] { rang.set_value(); });
    io.watch_readable(pipe[0], [&, once = false]() mutable {
      if (!std::exchange(once, true)) read.set_value();
    });
  });
  write_to_pipe("x");
  wait(rang.get_future());
  wait(read.get_future());
  io.stop();
}

BOOST_FIXTURE_TEST_CASE(a_post_from_a_timer_or_a_watch_runs_at_once, Fixture) {
  std::promise<void> after_timer;
  std::promise<void> after_watch;
  on_io([&] {
    io.at(io.now(), [&] { io.post([&] { after_timer.set_value(); }); });
    io.watch_readable(sockets[0], [&, once = false]() mutable {
      if (!std::exchange(once, true)) io.post([&] { after_watch.set_value(); });
    });
  });
  BOOST_REQUIRE(::write(sockets[1], "x", 1) == 1);
  wait(after_timer.get_future());
  wait(after_watch.get_future());
}

BOOST_FIXTURE_TEST_CASE(runs_the_posts_of_each_thread_in_their_order, Fixture) {
  std::array<std::vector<int>, 2> seen;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 2; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 1000; ++i) io.post([&, t, i] { seen.at(t).push_back(i); });
    });
  for (auto& thread : threads) thread.join();
  on_io([] {});
  for (const auto& one : seen) {
    BOOST_TEST_REQUIRE(one.size() == 1000u);
    for (int i = 0; i < 1000; ++i) BOOST_TEST_REQUIRE(one.at(static_cast<std::size_t>(i)) == i);
  }
}

BOOST_FIXTURE_TEST_CASE(fires_timers_in_the_order_of_their_time_and_not_early, Fixture) {
  std::promise<std::vector<int>> done;
  std::vector<int> order;
  Instant first_due{};
  Instant first_fired{};
  on_io([&] {
    first_due = io.now() + 5ms;
    io.at(first_due + 10ms, [&] {
      order.push_back(2);
      done.set_value(order);
    });
    io.at(first_due, [&] {
      first_fired = io.now();
      order.push_back(1);
    });
  });
  BOOST_TEST((wait(done.get_future()) == std::vector{1, 2}));
  BOOST_TEST((first_fired >= first_due));
}

BOOST_FIXTURE_TEST_CASE(a_timer_in_the_past_fires_at_once_and_one_at_never_does_not, Fixture) {
  std::promise<void> past;
  std::atomic<bool> never = false;
  on_io([&] {
    io.at(Instant::never(), [&] { never = true; });
    io.at(io.now() - 1s, [&] { past.set_value(); });
  });
  wait(past.get_future());
  BOOST_TEST(!never);
}

BOOST_FIXTURE_TEST_CASE(a_cancelled_timer_does_not_fire_even_if_it_was_due, Fixture) {
  std::atomic<bool> fired = false;
  std::promise<void> later;
  on_io([&] {
    const auto timer = io.at(io.now() - 1s, [&] { fired = true; });
    io.cancel(timer);
    io.cancel(timer);
    io.at(io.now() + 5ms, [&] { later.set_value(); });
  });
  wait(later.get_future());
  BOOST_TEST(!fired);
}

BOOST_FIXTURE_TEST_CASE(a_timer_may_set_and_cancel_timers, Fixture) {
  std::promise<void> done;
  std::atomic<bool> fired = false;
  on_io([&] {
    io.at(io.now(), [&] {
      const auto doomed = io.at(io.now(), [&] { fired = true; });
      io.at(io.now() + 1ms, [&] { done.set_value(); });
      io.cancel(doomed);
    });
  });
  wait(done.get_future());
  BOOST_TEST(!fired);
}

BOOST_FIXTURE_TEST_CASE(calls_a_reader_again_until_it_has_read_everything, Fixture) {
  std::promise<std::string> done;
  std::string seen;
  write_to_pipe("abc");
  on_io([&] {
    io.watch_readable(pipe[0], [&] {
      char byte = 0;
      seen += ::read(pipe[0], &byte, 1) == 1 ? byte : '?';
      if (seen.size() == 3) done.set_value(seen);
    });
  });
  BOOST_TEST(wait(done.get_future()) == "abc");
}

BOOST_FIXTURE_TEST_CASE(calls_a_reader_when_the_other_end_is_closed, Fixture) {
  std::promise<ssize_t> done;
  on_io([&] {
    Reactor::WatchId watch{};
    auto shared = std::make_shared<Reactor::WatchId>();
    watch = io.watch_readable(pipe[0], [&, shared] {
      char byte = 0;
      const auto got = ::read(pipe[0], &byte, 1);
      io.unwatch(*shared);
      done.set_value(got);
    });
    *shared = watch;
  });
  ::close(std::exchange(pipe[1], -1));
  BOOST_TEST(wait(done.get_future()) == 0);
}

BOOST_FIXTURE_TEST_CASE(does_not_call_an_unwatched_reader_even_if_it_was_due, Fixture) {
  std::atomic<bool> called = false;
  write_to_pipe("x");
  on_io([&] { io.unwatch(io.watch_readable(pipe[0], [&] { called = true; })); });
  std::promise<void> again;
  on_io([&] {
    auto watch = std::make_shared<Reactor::WatchId>();
    *watch = io.watch_readable(pipe[0], [&, watch] {
      io.unwatch(*watch);
      again.set_value();
    });
  });
  wait(again.get_future());
  on_io([] {});
  BOOST_TEST(!called);
}

BOOST_FIXTURE_TEST_CASE(watches_both_directions_of_one_socket, Fixture) {
  std::promise<void> writable;
  std::promise<void> readable;
  on_io([&] {
    auto read = std::make_shared<Reactor::WatchId>();
    *read = io.watch_readable(sockets[0], [&, read] {
      io.unwatch(*read);
      readable.set_value();
    });
    auto write = std::make_shared<Reactor::WatchId>();
    *write = io.watch_writable(sockets[0], [&, write] {
      io.unwatch(*write);
      writable.set_value();
    });
  });
  wait(writable.get_future());
  BOOST_REQUIRE(::write(sockets[1], "x", 1) == 1);
  wait(readable.get_future());
}

BOOST_FIXTURE_TEST_CASE(
    a_file_descriptor_is_its_owners_to_close_and_its_number_may_be_watched_again, Fixture) {
  on_io([&] { io.unwatch(io.watch_readable(pipe[0], [] {})); });
  const int number = pipe[0];
  BOOST_TEST(::close(pipe[0]) == 0);
  BOOST_TEST_REQUIRE(::dup2(sockets[0], number) == number);
  std::promise<void> done;
  on_io([&] {
    auto watch = std::make_shared<Reactor::WatchId>();
    *watch = io.watch_readable(number, [&, watch] {
      io.unwatch(*watch);
      done.set_value();
    });
  });
  BOOST_REQUIRE(::write(sockets[1], "x", 1) == 1);
  wait(done.get_future());
}

BOOST_FIXTURE_TEST_CASE(refuses_timers_and_watches_from_other_threads, Fixture) {
  BOOST_CHECK_THROW((void)io.at(io.now(), [] {}), CheckFailure);
  BOOST_CHECK_THROW((void)io.watch_readable(pipe[0], [] {}), CheckFailure);
  BOOST_CHECK_THROW(on_io([&] { io.stop(); }), CheckFailure);
  BOOST_TEST(!io.on_this_thread());
  BOOST_TEST(on_io([&] { return io.on_this_thread(); }));
}

BOOST_FIXTURE_TEST_CASE(drops_posts_after_the_stop_and_leaves_descriptors_open, Fixture) {
  std::atomic<bool> called = false;
  on_io([&] {
    io.watch_readable(pipe[0], [&] { called = true; });
    io.at(io.now() + 1h, [&] { called = true; });
  });
  io.stop();
  io.post([&] { called = true; });
  io.stop();
  write_to_pipe("x");
  char byte = 0;
  BOOST_TEST(::read(pipe[0], &byte, 1) == 1);
  BOOST_TEST(!called);
}

BOOST_FIXTURE_TEST_CASE(the_system_clock_and_the_thread_have_the_same_zero, Fixture) {
  const SystemClock clock;
  const auto before = clock.now();
  const auto middle = io.now();
  BOOST_TEST((before <= middle && middle <= clock.now()));
  BOOST_TEST(
      (clock.wall() > std::chrono::sys_days(std::chrono::year(2024) / 1 / 1).time_since_epoch()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
