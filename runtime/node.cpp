#include "runtime/node.hpp"

#include "runtime/core/rng.hpp"
#include "runtime/engine/engine.hpp"

namespace troupe::runtime {
namespace {

NodeId draw_id(std::uint64_t seed) {
  const std::uint64_t drawn = Rng::stream(seed, "node id").bits();
  return NodeId{drawn == 0 ? 1 : drawn};  // Zero means no node.
}

}  // namespace

Node::Node(NodeOptions options, Environment environment)
    : options_(std::move(options)), offers_(std::make_shared<Offers>()) {
  const NodeId id = draw_id(environment.seed);
  engine_ = std::make_unique<Engine>(id, options_.name, options_.resources, std::move(environment));
}

Node::~Node() = default;

NodeId Node::id() const {
  return engine_->id();
}

NetworkReport Node::network() const {
  return engine_->peers().report();
}

void Node::report_network(std::function<void(const NetworkReport&)> receive) {
  engine_->peers().post([this, receive = std::move(receive)] { receive(network()); });
}

RefusalReporter Node::refusal_reporter() {
  return RefusalReporter(engine_->peers());
}

bool Node::is_alive(Address actor) const {
  return engine_->router().is_alive(actor);
}

const Clock& Node::clock() const {
  return engine_->clock();
}

Reactor& Node::reactor() const {
  return engine_->reactor();
}

void Node::send(Address to, Envelope::Ptr envelope) {
  const Channel channel = channel_of(envelope->type());
  engine_->router().send(to, std::move(envelope));
  if (to.node != id()) engine_->wait_until_writable(to.node, channel);
}

Result<Envelope::Ptr> Node::request(Address to, Envelope::Ptr question, Duration deadline) {
  return engine_->ask_and_wait(to, std::move(question), deadline);
}

Address Node::adopt(const Behaviour& behaviour, void* actor) {
  return engine_->spawn(ActorInit(behaviour, actor), nullptr);
}

Result<Address> Node::named(const std::string& name, const Behaviour& behaviour,
                            const std::function<void*()>& make) {
  return engine_->get_or_spawn(name, behaviour, make);
}

Result<Address> Node::look_up(const std::string& name,
                              std::span<const MessageType* const> accepted) const {
  return engine_->registry().find(name, accepted);
}

Result<Down> Node::wait(Address actor, Duration deadline) {
  auto down = reply_in<Down>(engine_->watch_and_wait(actor, deadline));
  if (!down && down.error().kind == ErrorKind::gone)
    return Down{actor, Cause::node_lost, down.error().what};
  return down;
}

void Node::add_offer(const std::string& kind, Offers::Offer offer) {
  offers_->add(kind, std::move(offer));
  ensure_receptionist();
}

void Node::ensure_receptionist() {
  std::call_once(receptionist_made_, [this] {
    engine_->router().set_receptionist(spawn<Receptionist>(offers_, options_.resources).address());
  });
}

Result<std::string> Node::listen(const std::string& address) {
  ensure_receptionist();
  return engine_->listen(address);
}

Result<NodeId> Node::join(const std::string& address, Duration deadline) {
  ensure_receptionist();
  return engine_->join(address, deadline);
}

void Node::join(const std::string& address, Duration deadline,
                std::function<void(const Result<NodeId>&)> done) {
  ensure_receptionist();
  Peers& peers = engine_->peers();
  peers.post(
      [&peers, address, deadline, done = std::move(done)] { peers.join(address, deadline, done); });
}

void Node::stop(Address actor) {
  engine_->router().send(actor, Envelope::bare(Envelope::Kind::stop));
}

StopReport Node::stop(Duration deadline) {
  return {engine_->stop_all(deadline)};
}

std::size_t Node::actors() const {
  return engine_->lifecycle().live();
}

std::uint64_t Node::frames_refused() const {
  return engine_->peers().frames_refused();
}

std::uint64_t Node::dead_letters() const {
  return engine_->router().dead_letters();
}

}  // namespace troupe::runtime
