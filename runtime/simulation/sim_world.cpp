#include "runtime/simulation/sim_world.hpp"

#include <algorithm>
#include <utility>

namespace troupe::runtime::simulation {

SimWorld::SimWorld(const std::string& name, std::uint64_t seed) {
  auto dispatcher = std::make_unique<StepDispatcher>(reactor_);
  dispatcher_ = dispatcher.get();
  Environment environment;
  environment.clock = &clock_;
  environment.reactor = &reactor_;
  environment.seed = seed;
  environment.dispatchers.push_back(std::move(dispatcher));
  environment.drive = [this](const std::function<bool()>& done, Instant until) {
    drive(done, until);
  };
  node_ = std::make_unique<Node>(NodeOptions{.name = name}, std::move(environment));
}

void SimWorld::drive(const std::function<bool()>& done, Instant until) {
  while (!done()) {
    if (dispatcher_->step() || reactor_.run_one()) continue;
    const auto next = reactor_.next_timer();
    if (!next || *next > until) {
      if (until != Instant::never()) clock_.set(std::max(clock_.now(), until));
      return;
    }
    clock_.set(std::max(clock_.now(), *next));
  }
}

}  // namespace troupe::runtime::simulation
