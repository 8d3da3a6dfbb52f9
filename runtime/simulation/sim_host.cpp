#include "runtime/simulation/sim_host.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include "runtime/core/check.hpp"
#include "runtime/engine/engine.hpp"
#include "runtime/simulation/sim_cluster.hpp"

namespace troupe::runtime::simulation {

/// Members are destroyed from the last to the first: the main thread first, which may use the
/// others.
struct SimHost::Process {
  explicit Process(VirtualClock& clock) : reactor(clock) {}

  SimReactor reactor;
  std::unique_ptr<SimReaper> reaper;
  StepDispatcher* dispatcher = nullptr;  ///< Of the node.
  std::unique_ptr<Node> node;
  std::unique_ptr<SimThread> main;
};

SimHost::SimHost(SimCluster& cluster, std::string name, std::uint64_t seed)
    : node_name(name),
      cluster_(cluster),
      name_(std::move(name)),
      seed_(seed),
      rng_(Rng::stream(seed, "order of " + name_)),
      clock_(std::chrono::seconds(Rng::stream(seed, "clock of " + name_).below(1'000'000))) {}

SimHost::~SimHost() = default;

Environment SimHost::environment(Process& process) {
  auto dispatcher = std::make_unique<StepDispatcher>(
      process.reactor, [this](std::size_t count) { return count < 2 ? 0 : rng_.below(count); });
  process.dispatcher = dispatcher.get();
  Environment environment;
  environment.clock = &clock_;
  environment.reactor = &process.reactor;
  environment.seed = Rng::stream(seed_, "process of " + name_, incarnation_).bits();
  environment.dispatchers.push_back(std::move(dispatcher));
  environment.drive = [this](const std::function<bool()>& done, Instant until) {
    if (process_ && process_->main && process_->main->is_current()) {
      process_->main->wait(done, until);
      return;
    }
    cluster_.drive(done, until == Instant::never() ? until : clock_.to_world(until));
  };
  environment.make_wire = [this](Reactor& reactor, transport::PeerId self) {
    auto wire = cluster_.network().wire(self, name_, reactor);
    return wrap_wire ? wrap_wire(std::move(wire)) : std::move(wire);
  };
  environment.link_options = links;
  return environment;
}

void SimHost::start(Main main) {
  check(process_ == nullptr, "a host runs one process at a time");
  ++incarnation_;
  frozen_ = false;
  std::erase_if(orphaned_, [](const auto& reaper) { return !reaper->runs_any(); });
  process_ = std::make_unique<Process>(clock_.monotonic());
  process_->reaper = std::make_unique<SimReaper>(cluster_.reactor(), process_->reactor, author);
  process_->node = std::make_unique<Node>(NodeOptions{.name = node_name, .resources = resources},
                                          environment(*process_));
  process_->main = std::make_unique<SimThread>([this, main = std::move(main)] { main(*this); });
}

void SimHost::crash(Duration programs_outlive) {
  check(!stepping_, "a process is killed between two events");
  if (process_) finalize(programs_outlive);
}

void SimHost::lose_power() {
  crash(Duration(0));
  for (const auto& reaper : orphaned_) reaper->lose_host();
}

void SimHost::finalize(Duration programs_outlive) {
  process_->reaper->orphan(programs_outlive);
  orphaned_.push_back(std::move(process_->reaper));
  // The main thread uses the node, and the node stops its actors, so they are destroyed in this
  // order.
  process_->main.reset();
  process_->node.reset();
  process_.reset();
  frozen_ = false;
}

void SimHost::lose_programs() {
  if (process_) process_->reaper->lose_all();
}

bool SimHost::runs_programs() const {
  return (process_ && process_->reaper->runs_any()) ||
         std::ranges::any_of(orphaned_, [](const auto& reaper) { return reaper->runs_any(); });
}

Node& SimHost::node() {
  check(process_ != nullptr, "a host whose node is used runs a process");
  return *process_->node;
}

SimReactor& SimHost::reactor() {
  check(process_ != nullptr, "a host whose reactor is used runs a process");
  return process_->reactor;
}

SimReaper& SimHost::processes() {
  check(process_ != nullptr, "a host whose programs are used runs a process");
  return *process_->reaper;
}

void SimHost::wait(const std::function<bool()>& done, Duration limit) {
  check(process_ != nullptr, "a main that waits belongs to a process");
  process_->main->wait(done, clock_.now() + limit);
}

void SimHost::block_actors(Duration time) {
  check(process_ != nullptr, "a process that waits for a disk runs");
  process_->dispatcher->block(clock_.now() + time);
}

Backlog SimHost::backlog() const {
  if (!process_) return {};
  Backlog backlog{.messages = process_->node->engine().messages_waiting(),
                  .suspended = process_->dispatcher->suspended()};
  for (const LinkReport& link : process_->node->network().links)
    backlog.bytes += link.buffered_bytes + link.waiting_bytes;
  return backlog;
}

void SimHost::check_invariants() const {
  if (!process_) return;
  std::set<std::uint64_t> linked;
  for (const LinkReport& link : process_->node->network().links) {
    if (link.state == LinkState::down) continue;
    check(link.node != process_->node->id(), "a node has no link with itself");
    check(linked.insert(link.node.value).second, "two nodes have one link");
    check(link.buffered_bytes <=
              links.buffer_bytes_max + links.bulk_buffer_bytes_max + links.message_max,
          "resend buffers stay within their bounds");
  }
}

void SimHost::add_due(std::vector<std::pair<SimHost*, Part>>& due) {
  if (!process_ || frozen_) return;
  if (!process_->dispatcher->is_quiet()) due.emplace_back(this, Part::actors);
  if (process_->reactor.is_due()) due.emplace_back(this, Part::reactor);
  if (process_->main->is_due(clock_.now())) due.emplace_back(this, Part::main);
}

void SimHost::step(Part part) {
  struct Stepping {
    bool& now;
    ~Stepping() { now = false; }
  };
  {
    const Stepping stepping{stepping_ = true};
    run(part);
  }
  if (!process_->main->is_over()) return;
  finalize(Duration(0));
  if (on_exit) on_exit();
}

void SimHost::run(Part part) {
  switch (part) {
    case Part::actors:
      process_->dispatcher->step();
      break;
    case Part::reactor:
      process_->reactor.run_one();
      break;
    case Part::main:
      process_->main->run();
      break;
  }
}

Instant SimHost::next_event() const {
  if (!process_ || frozen_) return Instant::never();
  Instant next = process_->main->due_at();
  if (const auto timer = process_->reactor.next_timer()) next = std::min(next, *timer);
  return next == Instant::never() ? next : clock_.to_world(next);
}

}  // namespace troupe::runtime::simulation
