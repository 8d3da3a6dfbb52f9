#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "runtime/context.hpp"
#include "runtime/dispatch/step_dispatcher.hpp"
#include "runtime/node.hpp"
#include "runtime/simulation/sim_reactor.hpp"
#include "runtime/simulation/virtual_clock.hpp"

namespace troupe::test {

template <typename... Ms>
class Probe;

/// A node in the test's own thread, under a virtual clock: nothing happens but what the test steps.
///
///     TestNode world;
///     auto counter = world.spawn<Counter>();
///     auto probe = world.probe<Counted>();
///     world.tell(counter, Count{probe.ref()});
///     BOOST_TEST(probe.expect<Counted>().value == 1);
///
/// `ask`, `wait` and `stop` of the node, and `expect` of a probe, step by themselves as far as
/// needed.
class TestNode {
 public:
  explicit TestNode(std::uint64_t seed = 1, runtime::NodeOptions options = {"test", {}, 1},
                    runtime::StepDispatcher::Choose choose = {});

  [[nodiscard]] runtime::Node& node() { return *node_; }
  [[nodiscard]] runtime::simulation::SimReactor& reactor() { return reactor_; }
  [[nodiscard]] runtime::simulation::VirtualClock& clock() { return clock_; }
  [[nodiscard]] runtime::StepDispatcher& dispatcher() { return *dispatcher_; }
  [[nodiscard]] Instant now() const { return clock_.now(); }

  /// One callback of the reactor that is due, or one message. False if there is neither.
  bool step();
  /// Steps until nothing happens any more at the present time.
  void run();
  /// Moves the time on; all that is due on the way happens at its time.
  void advance(Duration duration);

  template <typename A, typename... Args>
  typename A::Ref spawn(Args&&... args) {
    return node_->spawn<A>(std::forward<Args>(args)...);
  }
  /// Puts the message in the mailbox; nothing runs yet.
  template <typename R, typename M>
  void tell(const R& to, M message) {
    node_->tell(to, std::move(message));
  }
  /// Runs, and moves the time on if it must, until there is an answer or the deadline has come.
  template <typename R, typename Q>
  Result<typename Q::Reply> ask(const R& to, Q question,
                                Duration deadline = std::chrono::seconds(10)) {
    return node_->ask(to, std::move(question), deadline);
  }
  /// An actor that keeps what it receives. See test/kit/probe.hpp.
  template <typename... Ms>
  Probe<Ms...> probe();

 private:
  void drive(const std::function<bool()>& done, Instant until);

  runtime::simulation::VirtualClock clock_;
  runtime::simulation::SimReactor reactor_{clock_};
  runtime::StepDispatcher* dispatcher_;  ///< The node's.
  std::unique_ptr<runtime::Node> node_;
};

}  // namespace troupe::test
