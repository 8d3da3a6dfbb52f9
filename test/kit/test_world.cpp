#include "test/kit/test_world.hpp"

#include <algorithm>
#include <utility>

namespace troupe::test {

TestWorld::TestWorld(std::uint64_t seed) : network_(reactor_, seed) {
  network_.set({.delay_min = Duration{0}, .delay_max = Duration{0}});
}

runtime::Environment TestWorld::environment(const std::string& name, std::uint64_t seed,
                                            runtime::StepDispatcher*& dispatcher,
                                            runtime::StepDispatcher::Choose choose) {
  auto made = std::make_unique<runtime::StepDispatcher>(reactor_, std::move(choose));
  dispatcher = made.get();
  dispatchers_.push_back(dispatcher);
  runtime::Environment environment;
  environment.clock = &clock_;
  environment.reactor = &reactor_;
  environment.seed = seed;
  environment.dispatchers.push_back(std::move(made));
  environment.drive = [this](const std::function<bool()>& done, Instant until) {
    drive(done, until);
  };
  environment.make_wire = [this, name](Reactor&, transport::PeerId self) {
    return network_.wire(self, name);
  };
  environment.link_options.message_max = std::size_t{2} << 20;  // Small, so that tests fill it.
  environment.link_options.buffer_bytes_max = std::size_t{1} << 20;
  return environment;
}

void TestWorld::forget(runtime::StepDispatcher* dispatcher) {
  std::erase(dispatchers_, dispatcher);
}

bool TestWorld::step() {
  if (reactor_.run_one()) return true;
  return std::ranges::any_of(dispatchers_, [](auto* dispatcher) { return dispatcher->step(); });
}

void TestWorld::run() {
  while (step()) {
  }
}

void TestWorld::advance(Duration duration) {
  drive([] { return false; }, clock_.now() + duration);
}

void TestWorld::drive(const std::function<bool()>& done, Instant until) {
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
