#include "runtime/simulation/sim_warden.hpp"

#include <csignal>
#include <utility>

namespace troupe::runtime::simulation {

SimWarden::SimWarden(Reactor& world, Reactor& node, ScriptedProcesses::Author author)
    : world_(world), node_(node), programs_(world, std::move(author)) {}

ProcessId SimWarden::start(ProcessSpec spec, Sink sink) {
  return programs_.start(
      std::move(spec), [this, alive = std::weak_ptr(node_alive_),
                        sink = std::make_shared<const Sink>(std::move(sink))](ProcessEvent event) {
        if (alive.expired()) return;
        node_.post([sink, event = std::move(event)]() mutable { (*sink)(std::move(event)); });
      });
}

void SimWarden::orphan(Duration after) {
  node_alive_.reset();
  world_.at(world_.now() + after, [this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    ProcessEnded killed;
    killed.cause = ProcessEnded::Cause::signaled;
    killed.code = SIGKILL;
    for (const ProcessId process : programs_.running()) programs_.finish(process, killed);
  });
}

}  // namespace troupe::runtime::simulation
