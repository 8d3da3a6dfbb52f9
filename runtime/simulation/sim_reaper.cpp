#include "runtime/simulation/sim_reaper.hpp"

#include <csignal>
#include <utility>

namespace troupe::runtime::simulation {

namespace {

ProcessEnded lost(ProcessId process) {
  ProcessEnded ended;
  ended.process = process;
  ended.cause = ProcessEnded::Cause::lost;
  ended.what = "its lease is over";
  return ended;
}

}  // namespace

SimReaper::SimReaper(Reactor& world, Reactor& node, ScriptedProcesses::Author author)
    : world_(world), node_(node), programs_(world, std::move(author)) {}

ProcessId SimReaper::start(ProcessSpec spec, Sink sink) {
  if (world_.now() >= lease_end_) {
    const ProcessEnded refused = lost(refused_--);
    node_.post([sink = std::move(sink), refused] { sink(refused); });
    return refused.process;
  }
  return programs_.start(
      std::move(spec), [this, alive = std::weak_ptr(node_alive_),
                        sink = std::make_shared<const Sink>(std::move(sink))](ProcessEvent event) {
        if (alive.expired()) return;
        if (auto* ended = std::get_if<ProcessEnded>(&event);
            ended != nullptr && expired_.contains(ended->process))
          *ended = lost(ended->process);
        node_.post([sink, event = std::move(event)]() mutable { (*sink)(std::move(event)); });
      });
}

void SimReaper::end(ProcessId process, Duration grace) {
  requested_.insert(process);
  programs_.end(process, grace);
}

void SimReaper::set_lease(Instant until, Duration grace) {
  lease_end_ = world_.now() + (until - node_.now());
  world_.cancel(lease_timer_);
  lease_timer_ = world_.at(lease_end_, [this, alive = std::weak_ptr(alive_), grace] {
    if (alive.expired()) return;
    for (const ProcessId process : programs_.running()) {
      if (!requested_.contains(process)) expired_.insert(process);
      programs_.end(process, grace);
    }
  });
}

void SimReaper::orphan(Duration after) {
  node_alive_.reset();
  world_.at(world_.now() + after, [this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) kill_programs();
  });
}

void SimReaper::lose_host() {
  node_alive_.reset();
  kill_programs();
}

void SimReaper::kill_programs() {
  ProcessEnded killed;
  killed.cause = ProcessEnded::Cause::signaled;
  killed.code = SIGKILL;
  for (const ProcessId process : programs_.running()) programs_.finish(process, killed);
}

}  // namespace troupe::runtime::simulation
