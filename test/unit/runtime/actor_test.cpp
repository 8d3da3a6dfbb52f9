#include <array>
#include <memory>
#include <optional>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "test/kit/probe.hpp"
#include "test/unit/runtime/counter.hpp"

namespace troupe::runtime {
namespace {

BOOST_AUTO_TEST_SUITE(actor)

using namespace std::chrono_literals;
using test::TestNode;

/// Forwards questions to the actor behind it.
class Proxy {
 public:
  using Ref = runtime::Ref<Total, Add>;
  explicit Proxy(runtime::Ref<Total, Divide> behind) : behind_(behind) {}
  Result<TotalReply> on(Context& self, const Total&) { return self.ask(behind_, Total{}, 1s); }
  void on(Context&, const Add&) { ++added_; }

 private:
  runtime::Ref<Total, Divide> behind_;
  int added_ = 0;
};

/// Keeps its questions unanswered while it lives.
class Silent {
 public:
  using Ref = runtime::Ref<Total>;
  void on(Context& self, const Total&) { answers_.push_back(self.answer_later<Total>()); }

 private:
  std::vector<Answer<Total>> answers_;
};

/// Neither answers nor keeps the answer for later.
class ForgetsToAnswer {
 public:
  using Ref = runtime::Ref<Total>;
  void on(Context&, const Total&) {}
};

/// A message that cannot be copied and does not fit into an envelope.
struct Load {
  static constexpr std::string_view wire_name = "test.Load";
  static constexpr bool local_only = true;
  std::unique_ptr<int> cargo;
  std::array<char, 100> ballast{};
  static auto fields(auto&) { return no_fields(); }
};

BOOST_AUTO_TEST_CASE(an_actor_runs_only_when_it_is_stepped) {
  TestNode world;
  const auto counter = world.spawn<Counter>();
  world.tell(counter, Add{2});
  BOOST_TEST(world.step());   // It handles `start`.
  BOOST_TEST(world.step());   // It handles Add.
  BOOST_TEST(!world.step());  // No message is left.
  BOOST_TEST(world.ask(counter, Total{}).value().total == 2);
}

BOOST_AUTO_TEST_CASE(messages_of_one_sender_arrive_in_order) {
  TestNode world;
  auto probe = world.probe<Add>();
  for (int i = 0; i < 1000; ++i) world.tell(probe.ref(), Add{i});
  for (int i = 0; i < 1000; ++i) BOOST_REQUIRE(probe.expect<Add>().amount == i);
}

BOOST_AUTO_TEST_CASE(a_wide_ref_converts_to_a_narrow_one) {
  TestNode world;
  const Ref<Total, Add> narrow = world.spawn<Counter>();
  const Ref<Add> narrower = narrow;
  world.tell(narrower, Add{4});
  BOOST_TEST(world.ask(narrow, Total{}).value().total == 4);
  static_assert(!std::is_convertible_v<Ref<Add>, Ref<Add, Total>>);
}

BOOST_AUTO_TEST_CASE(a_handler_may_refuse) {
  TestNode world;
  const auto counter = world.spawn<Counter>();
  const auto refused = world.ask(counter, Divide{0});
  BOOST_TEST((refused.error() == Error{ErrorKind::refused, "division by zero"}));
}

BOOST_AUTO_TEST_CASE(a_handler_awaits_and_its_actor_takes_nothing_else_meanwhile) {
  TestNode world;
  auto slow = world.probe<Total, Divide>();
  auto proxy = world.spawn<Proxy>(slow.ref());
  auto asker = world.probe<TotalReply>();
  asker.run([&](Context& self) { self.tell(Ref<Total>(proxy), Total{}); });
  slow.expect<Total>();
  BOOST_TEST(world.dispatcher().suspended() == 1u);
  world.tell(proxy, Add{1});
  world.tell(proxy, Total{});
  BOOST_TEST(slow.is_silent());  // The proxy still waits for its first answer.
  slow.answer<Total>(TotalReply{5});
  slow.expect<Total>();
  slow.answer<Total>(TotalReply{6});
  world.run();
  BOOST_TEST(world.dispatcher().suspended() == 0u);
}

BOOST_AUTO_TEST_CASE(an_answer_goes_through_a_chain_of_awaits) {
  TestNode world;
  const auto counter = world.spawn<Counter>();
  world.tell(counter, Add{7});
  Ref<Total, Divide> last = counter;
  auto first = world.spawn<Proxy>(last);
  for (int i = 0; i < 20; ++i) first = world.spawn<Proxy>(Ref<Total, Divide>(first.address()));
  BOOST_TEST(world.ask(first, Total{}).value().total == 7);
}

BOOST_AUTO_TEST_CASE(an_ask_ends_at_its_deadline_and_a_late_answer_is_dropped) {
  TestNode world;
  auto slow = world.probe<Total, Divide>();
  const auto proxy = world.spawn<Proxy>(slow.ref());
  const Instant asked = world.now();
  const auto answer = world.ask(proxy, Total{}, 10s);
  BOOST_TEST((answer.error().kind == ErrorKind::timed_out));  // The deadline of the proxy, 1 s.
  BOOST_TEST((world.now() - asked == 1s));
  slow.expect<Total>();
  slow.answer<Total>(TotalReply{1});
  world.run();
  BOOST_TEST((world.ask(proxy, Total{}, 100ms).error().kind == ErrorKind::timed_out));
  BOOST_TEST((world.now() - asked == 1100ms));
}

BOOST_AUTO_TEST_CASE(an_ask_to_an_actor_that_is_gone_ends_at_once) {
  TestNode world;
  const auto counter = world.spawn<Counter>();
  world.node().stop(counter);
  world.run();
  const Instant asked = world.now();
  BOOST_TEST((world.ask(counter, Total{}).error().kind == ErrorKind::gone));
  BOOST_TEST((world.ask(Ref<Total>(), Total{}).error().kind == ErrorKind::gone));
  BOOST_TEST((world.now() == asked));
}

BOOST_AUTO_TEST_CASE(an_ask_in_the_mailbox_of_an_actor_that_ends_is_answered) {
  TestNode world;
  auto probe = world.probe<Add>();
  const auto counter = world.spawn<Counter>();
  std::optional<Result<TotalReply>> answer;
  world.tell(counter, Fail{"broken"});
  probe.run([&](Context& self) { answer = self.ask(counter, Total{}, 10s); });
  BOOST_TEST((answer->error().kind == ErrorKind::gone));
}

BOOST_AUTO_TEST_CASE(an_ask_that_makes_the_actor_fail_says_so) {
  TestNode world;
  const auto counter = world.spawn<Counter>();
  const auto failed = world.ask(counter, Divide{-1});
  BOOST_TEST((failed.error().kind == ErrorKind::gone));
  BOOST_TEST(failed.error().what == "the actor failed while it answered: negative");
}

BOOST_AUTO_TEST_CASE(a_question_ends_even_if_its_answer_is_never_given) {
  TestNode world;
  const auto silent = world.spawn<Silent>();
  auto probe = world.probe<Add>();
  std::optional<Result<TotalReply>> answer;
  probe.run([&](Context& self) { answer = self.ask(silent, Total{}, 10s); });
  BOOST_TEST(!answer.has_value());
  world.node().stop(silent);
  world.run();
  BOOST_TEST(answer->error().what == "the actor never answered");
  BOOST_TEST(world.ask(world.spawn<ForgetsToAnswer>(), Total{}).error().what ==
             "the actor did not answer");
}

BOOST_AUTO_TEST_CASE(an_actor_cannot_ask_itself) {
  TestNode world;
  auto probe = world.probe<Total>();
  std::optional<Result<TotalReply>> answer;
  probe.run([&](Context& self) { answer = self.ask(Ref<Total>(self.address()), Total{}, 1s); });
  BOOST_TEST((answer->error().kind == ErrorKind::refused));
}

BOOST_AUTO_TEST_CASE(a_message_is_moved_never_copied) {
  TestNode world;
  auto probe = world.probe<Load>();
  auto cargo = std::make_unique<int>(3);
  const int* const where = cargo.get();
  world.tell(probe.ref(), Load{std::move(cargo), {}});
  BOOST_TEST(probe.expect<Load>().cargo.get() == where);
}

BOOST_AUTO_TEST_CASE(a_rethrow_after_an_await_in_a_catch_block_throws_the_same_exception) {
  TestNode world;
  const auto counter = world.spawn<Counter>();
  auto probe = world.probe<Add>();
  std::string first;
  probe.run([&](Context& self) {
    try {
      throw std::runtime_error("outer");
    } catch (...) {
      (void)self.ask(counter, Divide{-1}, 1s);  // The counter throws on this thread meanwhile.
      try {
        throw;
      } catch (const std::exception& again) {
        first = again.what();
      }
    }
  });
  BOOST_TEST(first == "outer");
}

BOOST_AUTO_TEST_CASE(awaiting_handlers_are_unwound_when_the_node_ends) {
  const auto unwound = std::make_shared<bool>(false);
  struct OnExit {
    std::shared_ptr<bool> flag;
    ~OnExit() { *flag = true; }
  };
  {
    TestNode world;
    const auto silent = world.spawn<Silent>();
    auto probe = world.probe<Add>();
    probe.run([&](Context& self) {
      const OnExit guard{unwound};
      (void)self.ask(silent, Total{}, 10s);
    });
    BOOST_TEST(!*unwound);
  }
  BOOST_TEST(*unwound);
}

BOOST_AUTO_TEST_CASE(stop_reports_the_actors_that_did_not_stop_in_time) {
  TestNode world;
  auto probe = world.probe<Add>();
  const auto silent = world.spawn<Silent>();
  const auto counter = world.spawn<Counter>();
  probe.run([&](Context& self) { (void)self.ask(silent, Total{}, 100s); });
  world.node().stop(counter);
  // Silent ends; then the probe's question ends with an error, and the probe ends too.
  BOOST_TEST(world.node().stop(5s).left.empty());

  // Two actors that wait for each other do not end.
  TestNode stuck;
  auto left = stuck.probe<Total>();
  auto right = stuck.probe<Total>();
  left.run([&](Context& self) { (void)self.ask(right.ref(), Total{}, 100s); });
  right.expect<Total>();
  right.run([&](Context& self) { (void)self.ask(left.ref(), Total{}, 100s); });
  const auto report = stuck.node().stop(5s);
  BOOST_REQUIRE(report.left.size() == 2u);
  BOOST_TEST(report.left.front().find("Recorder") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
