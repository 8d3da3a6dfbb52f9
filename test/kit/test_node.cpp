#include "test/kit/test_node.hpp"

namespace troupe::test {

TestNode::TestNode(std::uint64_t seed, runtime::NodeOptions options,
                   runtime::StepDispatcher::Choose choose)
    : own_world_(std::make_unique<TestWorld>(seed)), world_(own_world_.get()) {
  auto environment = world_->environment(options.name, seed, dispatcher_, std::move(choose));
  node_ = std::make_unique<runtime::Node>(std::move(options), std::move(environment));
}

TestNode::TestNode(TestWorld& world, std::uint64_t seed, runtime::NodeOptions options)
    : world_(&world) {
  auto environment = world.environment(options.name, seed, dispatcher_);
  node_ = std::make_unique<runtime::Node>(std::move(options), std::move(environment));
}

TestNode::~TestNode() {
  world_->forget(dispatcher_);
}

}  // namespace troupe::test
