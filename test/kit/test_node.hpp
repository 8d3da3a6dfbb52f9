#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "runtime/context.hpp"
#include "runtime/node.hpp"
#include "test/kit/test_world.hpp"

namespace troupe::test {

template <typename... Ms>
class Probe;

/// A node in the thread of the test, on a virtual clock. Nothing happens unless the test steps.
///
///     TestNode world;
///     auto counter = world.spawn<Counter>();
///     auto probe = world.probe<Counted>();
///     world.tell(counter, Count{probe.ref()});
///     BOOST_TEST(probe.expect<Counted>().value == 1);
///
/// `ask`, `wait` and `stop` of the node, and `expect` of a probe, step by themselves.
class TestNode {
 public:
  /// A node in a world of its own.
  explicit TestNode(std::uint64_t seed = 1, runtime::NodeOptions options = {.name = "test"},
                    runtime::StepDispatcher::Choose choose = {});
  /// A node in a world with several nodes; each needs another seed.
  TestNode(TestWorld& world, std::uint64_t seed, runtime::NodeOptions options);
  ~TestNode();
  TestNode(const TestNode&) = delete;
  TestNode& operator=(const TestNode&) = delete;

  [[nodiscard]] runtime::Node& node() { return *node_; }
  [[nodiscard]] TestWorld& world() { return *world_; }
  [[nodiscard]] runtime::simulation::SimReactor& reactor() { return world_->reactor(); }
  [[nodiscard]] runtime::simulation::VirtualClock& clock() { return world_->clock(); }
  [[nodiscard]] runtime::StepDispatcher& dispatcher() { return *dispatcher_; }
  [[nodiscard]] Instant now() const { return world_->clock().now(); }

  // See TestWorld.
  bool step() { return world_->step(); }
  void run() { world_->run(); }
  void advance(Duration duration) { world_->advance(duration); }

  template <typename A, typename... Args>
  typename A::Ref spawn(Args&&... args) {
    return node_->spawn<A>(std::forward<Args>(args)...);
  }
  /// Puts the message in the mailbox; nothing runs yet.
  template <typename R, typename M>
  void tell(const R& to, M message) {
    node_->tell(to, std::move(message));
  }
  /// Asks and steps until the answer or the deadline comes; moves the clock if nothing else is due.
  template <typename R, typename Q>
  Result<typename Q::Reply> ask(const R& to, Q question,
                                Duration deadline = std::chrono::seconds(10)) {
    return node_->ask(to, std::move(question), deadline);
  }
  /// Spawns an actor that keeps the messages it receives (test/kit/probe.hpp).
  template <typename... Ms>
  Probe<Ms...> probe();

 private:
  std::unique_ptr<TestWorld> own_world_;
  TestWorld* world_;
  runtime::StepDispatcher* dispatcher_ = nullptr;  ///< Of the node.
  std::unique_ptr<runtime::Node> node_;
};

}  // namespace troupe::test
