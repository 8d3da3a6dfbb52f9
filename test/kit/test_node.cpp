#include "test/kit/test_node.hpp"

#include <algorithm>

namespace troupe::test {

TestNode::TestNode(std::uint64_t seed, runtime::NodeOptions options,
                   runtime::StepDispatcher::Choose choose) {
  auto dispatcher = std::make_unique<runtime::StepDispatcher>(reactor_, std::move(choose));
  dispatcher_ = dispatcher.get();
  runtime::Environment environment;
  environment.clock = &clock_;
  environment.reactor = &reactor_;
  environment.seed = seed;
  environment.dispatchers.push_back(std::move(dispatcher));
  environment.drive = [this](const std::function<bool()>& done, Instant until) {
    drive(done, until);
  };
  node_ = std::make_unique<runtime::Node>(std::move(options), std::move(environment));
}

bool TestNode::step() {
  return reactor_.run_one() || dispatcher_->step();
}

void TestNode::run() {
  while (step()) {
  }
}

void TestNode::advance(Duration duration) {
  drive([] { return false; }, clock_.now() + duration);
}

void TestNode::drive(const std::function<bool()>& done, Instant until) {
  while (!done()) {
    if (step()) continue;
    const auto next = reactor_.next_timer();
    if (!next || *next > until) {
      if (until != Instant::never()) clock_.set(std::max(clock_.now(), until));
      return;
    }
    clock_.set(std::max(clock_.now(), *next));
  }
}

}  // namespace troupe::test
