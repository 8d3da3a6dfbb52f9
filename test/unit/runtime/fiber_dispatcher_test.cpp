// The dispatcher threads of a real process: threads, fibers, and how both end. The other tests of
// this folder run nodes on the step dispatcher.

#include "runtime/dispatch/fiber_dispatcher.hpp"

#include <atomic>
#include <functional>
#include <future>
#include <set>
#include <thread>
#include <vector>

#include <alloca.h>
#include <boost/fiber/future.hpp>
#include <boost/test/unit_test.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/make_node.hpp"
#include "runtime/system_clock.hpp"
#include "test/unit/runtime/counter.hpp"

namespace troupe::runtime {
namespace {

BOOST_AUTO_TEST_SUITE(fiber_dispatcher)

using namespace std::chrono_literals;

/// Forwards a question, and adds 1 to the answer.
class Forwarder {
 public:
  using Ref = runtime::Ref<Total>;
  explicit Forwarder(runtime::Ref<Total> behind, Duration deadline = 30s)
      : behind_(behind), deadline_(deadline) {}
  Result<TotalReply> on(Context& self, const Total&) {
    auto answer = self.ask(behind_, Total{}, deadline_);
    if (!answer) return answer.error();
    return TotalReply{answer->total + 1};
  }

 private:
  runtime::Ref<Total> behind_;
  Duration deadline_;
};

/// Keeps questions until there are `batch` of them, and then answers all.
class AnswersInBatches {
 public:
  using Ref = runtime::Ref<Total>;
  explicit AnswersInBatches(std::size_t batch) : batch_(batch) {}
  void on(Context& self, const Total&) {
    waiting_.push_back(self.answer_later<Total>());
    if (waiting_.size() < batch_) return;
    for (auto& answer : waiting_) answer.give(TotalReply{static_cast<int>(batch_)});
    waiting_.clear();
  }

 private:
  std::size_t batch_;
  std::vector<Answer<Total>> waiting_;
};

struct Run {
  static constexpr std::string_view wire_name = "test.Run";
  static constexpr bool local_only = true;
  using Reply = Done;
  std::function<void(Context&)> code;
  static auto fields(auto&) { return no_fields(); }
};

/// Runs the code that it is sent.
class CodeRunner {
 public:
  using Ref = runtime::Ref<Run>;
  Done on(Context& self, Run message) {
    message.code(self);
    return {};
  }
};

std::unique_ptr<Node> node_of(std::size_t threads) {
  return make_node({.name = "test", .threads = threads});
}

BOOST_AUTO_TEST_CASE(asks_go_through_a_chain_of_actors_on_several_threads) {
  const auto node = node_of(3);
  const auto counter = node->spawn<Counter>();
  Ref<Total> first = counter;
  for (int i = 0; i < 100; ++i) first = node->spawn<Forwarder>(first);
  for (int i = 0; i < 50; ++i) BOOST_REQUIRE(node->ask(first, Total{}, 30s).value().total == 100);
  BOOST_TEST(node->stop(30s).left.empty());
}

BOOST_AUTO_TEST_CASE(many_threads_send_and_nothing_is_lost) {
  const auto node = node_of(2);
  const auto counter = node->spawn<Counter>();
  {
    std::vector<std::jthread> senders;
    for (int s = 0; s < 3; ++s)
      senders.emplace_back([&] {
        for (int i = 0; i < 5000; ++i) node->tell(counter, Add{1});
      });
  }
  BOOST_TEST(node->ask(counter, Total{}, 30s).value().total == 15'000);
}

BOOST_AUTO_TEST_CASE(an_ask_ends_at_its_deadline) {
  const auto node = node_of(2);
  const auto batcher = node->spawn<AnswersInBatches>(2u);
  const auto forwarder = node->spawn<Forwarder>(batcher, 20ms);
  const SystemClock clock;
  const Instant asked = clock.now();
  BOOST_TEST((node->ask(forwarder, Total{}, 30s).error().kind == ErrorKind::timed_out));
  BOOST_TEST((clock.now() - asked >= 20ms));
  // The next question completes the batch: the late answer to the first one is dropped.
  BOOST_TEST(node->ask(batcher, Total{}, 30s).value().total == 2);
  // A later question of the same dispatcher gets its own answer.
  const auto patient = node->spawn<Forwarder>(batcher, 30s);
  auto answer = std::async(std::launch::async, [&] { return node->ask(patient, Total{}, 30s); });
  BOOST_TEST(node->ask(batcher, Total{}, 30s).value().total == 2);
  BOOST_TEST(answer.get().value().total == 3);
}

BOOST_AUTO_TEST_CASE(ten_thousand_handlers_wait_at_once) {
#if defined(__SANITIZE_THREAD__)
  constexpr std::size_t count = 2000;  // The thread sanitizer knows at most 8,128 stacks.
#else
  constexpr std::size_t count = 10'000;
#endif
  const auto node = node_of(2);
  const auto batcher = node->spawn<AnswersInBatches>(count);
  std::vector<Forwarder::Ref> links;
  for (std::size_t i = 0; i < count; ++i) links.push_back(node->spawn<Forwarder>(batcher, 60s));
  // All handlers but one wait; the last question completes the batch.
  for (std::size_t i = 0; i + 1 < count; ++i) node->tell(links[i], Total{});
  BOOST_TEST(node->ask(links.back(), Total{}, 60s).value().total == static_cast<int>(count) + 1);
  BOOST_TEST(node->stop(60s).left.empty());
}

BOOST_AUTO_TEST_CASE(exceptions_stay_with_their_handler_across_awaits) {
  const auto node = node_of(1);
  const auto counter = node->spawn<Counter>();
  const auto runner = node->spawn<CodeRunner>();
  std::string rethrown;
  const auto code = [&](Context& self) {
    try {
      throw std::runtime_error("outer");
    } catch (...) {
      (void)self.ask(counter, Divide{-1}, 30s);  // The counter throws on the same thread meanwhile.
      try {
        throw;
      } catch (const std::exception& again) {
        rethrown = again.what();
      }
    }
  };
  BOOST_TEST(node->ask(runner, Run{code}, 30s).has_value());
  BOOST_TEST(rethrown == "outer");
}

BOOST_AUTO_TEST_CASE(handlers_that_wait_are_unwound_when_the_node_stops) {
  struct OnExit {
    std::atomic<int>* count;
    ~OnExit() { ++*count; }
  };
  std::atomic<int> unwound{0};
  auto node = node_of(2);
  const auto batcher = node->spawn<AnswersInBatches>(100u);
  std::vector<std::future<void>> waiting;
  for (int i = 0; i < 10; ++i) {
    std::promise<void> waits;
    waiting.push_back(waits.get_future());
    const auto shared = std::make_shared<std::promise<void>>(std::move(waits));
    node->tell(node->spawn<CodeRunner>(), Run{[&unwound, batcher, shared](Context& self) {
                 const OnExit guard{&unwound};
                 shared->set_value();
                 (void)self.ask(Ref<Total>(batcher), Total{}, 100s);
               }});
  }
  for (auto& one : waiting) one.wait();
  // All runners wait for the batcher, whose batch is never complete: none of them can stop.
  const auto blocked = std::make_shared<std::promise<void>>();
  auto is_blocked = blocked->get_future();
  const auto runner = node->spawn<CodeRunner>();
  node->tell(runner, Run{[batcher, blocked](Context& self) {
               blocked->set_value();
               (void)self.ask(Ref<Total>(batcher), Total{}, 100s);
             }});
  is_blocked.wait();
  node.reset();
  BOOST_TEST(unwound == 10);
}

struct WhichThread {
  static constexpr std::string_view wire_name = "test.WhichThread";
  struct Reply {
    static constexpr std::string_view wire_name = "test.WhichThread.Reply";
    std::uint64_t thread = 0;
    static auto fields(auto& m) { return std::tuple{field("thread", m.thread)}; }
  };
  static auto fields(auto&) { return no_fields(); }
};

/// Says on which thread it runs, after using more stack than a shared thread has.
class OnThread {
 public:
  using Ref = runtime::Ref<WhichThread>;
  explicit OnThread(std::size_t stack) : stack_(stack) {}
  WhichThread::Reply on(Context&, const WhichThread&) {
    auto* const used = static_cast<volatile char*>(alloca(stack_));
    for (std::size_t i = 0; i < stack_; i += 4096) used[i] = 1;
    return {std::hash<std::thread::id>{}(std::this_thread::get_id())};
  }

 private:
  std::size_t stack_;
};

/// Spawns one child for each WhichThread, and stops those before.
class SpawnsAlone {
 public:
  using Ref = runtime::Ref<WhichThread, Add>;
  void on(Context& self, const Add&) {
    for (const auto& child : children_) self.stop(child.address());
    children_.clear();
  }
  Result<WhichThread::Reply> on(Context& self, const WhichThread&) {
    constexpr std::size_t large = std::size_t{4} << 20;
    children_.push_back(
        self.spawn_supervised<OnThread>({}, [] { return OnThread(large); }, Placement::detached));
    return self.ask(children_.back(), WhichThread{}, 30s);
  }

 private:
  std::vector<OnThread::Ref> children_;
};

BOOST_AUTO_TEST_CASE(a_detached_actor_has_a_thread_of_its_own_with_a_large_stack) {
  const auto node = make_node({.name = "test", .threads = 1});
  const auto parent = node->spawn<SpawnsAlone>();
  const auto shared = node->spawn<OnThread>(std::size_t{1000});
  std::set<std::uint64_t> threads{node->ask(shared, WhichThread{}, 30s).value().thread};
  for (std::size_t i = 0; i < detached_max; ++i)
    threads.insert(node->ask(parent, WhichThread{}, 30s).value().thread);
  BOOST_TEST(threads.size() == detached_max + 1);
  threads.insert(node->ask(parent, WhichThread{}, 30s).value().thread);  // Shares one of them.
  node->tell(parent, Add{1});
  threads.insert(node->ask(parent, WhichThread{}, 30s).value().thread);
  BOOST_TEST(threads.size() == detached_max + 1);
  BOOST_TEST(node->stop(10s).left.empty());
}

BOOST_AUTO_TEST_CASE(futures_of_boost_fiber_work_in_handlers) {
  const auto node = node_of(2);
  const auto waiter = node->spawn<CodeRunner>();
  const auto setter = node->spawn<CodeRunner>();
  auto promise = std::make_shared<boost::fibers::promise<int>>();
  int received = 0;
  const auto wait = [&](Context& self) {
    self.tell(setter, Run{[promise](Context&) { promise->set_value(7); }});
    received = promise->get_future().get();
  };
  BOOST_TEST(node->ask(waiter, Run{wait}, 30s).has_value());
  BOOST_TEST(received == 7);
}

/// Exits with 0 if the node stopped although a handler was stuck.
[[noreturn]] void stop_with_a_stuck_handler() {
  // Never destroyed: the destructor would wake a fiber whose thread is gone.
  auto& promise = *new boost::fibers::promise<int>;
  std::size_t left = 0;
  {
    const auto node = node_of(1);
    std::promise<void> about_to_block;
    node->tell(node->spawn<CodeRunner>(), Run{[&](Context&) {
                 about_to_block.set_value();
                 (void)promise.get_future().get();
               }});
    about_to_block.get_future().wait();
    left = node->stop(0s).left.size();
  }
  _exit(left == 1 ? 0 : 1);
}

BOOST_AUTO_TEST_CASE(a_handler_that_blocks_forever_in_boost_fiber_is_abandoned) {
  const pid_t child = fork();  // An abandoned fiber leaks memory: run it in a process of its own.
  if (child == 0) stop_with_a_stuck_handler();
  int status = -1;
  BOOST_REQUIRE(waitpid(child, &status, 0) == child);
  BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_CASE(a_plain_thread_waits_for_the_end_of_an_actor) {
  const auto node = node_of(2);
  const auto counter = node->spawn<Counter>();
  node->tell(counter, Fail{"tired"});
  const auto down = node->wait(counter, 30s);
  BOOST_TEST((down.value().cause == Cause::failed || down.value().cause == Cause::unknown));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
