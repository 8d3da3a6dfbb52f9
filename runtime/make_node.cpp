#include "runtime/make_node.hpp"

#include <utility>

#include <malloc.h>
#include <sys/random.h>

#include "runtime/core/check.hpp"
#include "runtime/dispatch/fiber_dispatcher.hpp"
#include "runtime/io_thread.hpp"
#include "runtime/keys/admissions.hpp"
#include "runtime/keys/key_folder.hpp"
#include "runtime/system_clock.hpp"
#include "transport/zmq_wire.hpp"

namespace troupe::runtime {
namespace {

/// What a node of a real process stands on.
struct Ground {
  SystemClock clock;
  IoThread io;
};

/// The keys of a node, between its wire, which owns them, and its links.
struct Door {
  std::weak_ptr<Admissions> admissions;
  std::function<void()> changed;
};

std::unique_ptr<transport::Wire> wire_with_keys(Reactor& reactor, transport::PeerId self,
                                                const Clock& clock, const KeyFolder& keys,
                                                const std::shared_ptr<Door>& door) {
  const auto admissions = std::make_shared<Admissions>(reactor, clock, keys, [door] {
    if (door->changed) door->changed();
  });
  door->admissions = admissions;
  return std::make_unique<transport::ZmqWire>(
      reactor, self,
      transport::ZmqWire::Options{
          .security = transport::Security{keys.own(), [admissions](std::string_view key) {
                                            return admissions->member_of(key);
                                          }}});
}

Membership membership_of(const std::shared_ptr<Door>& door, Permits permits) {
  Membership membership{.permits = std::move(permits)};
  membership.member_of = [door](std::string_view key) {
    const auto admissions = door->admissions.lock();
    return admissions ? admissions->member_of(key) : std::nullopt;
  };
  membership.enrol = [door](std::string_view invitation, const transport::Key& own) {
    const auto admissions = door->admissions.lock();
    const auto key = transport::key_of(invitation);
    check(admissions && key, "who enrols was let in");
    return admissions->enrol(*key, own);
  };
  membership.follow = [door](std::function<void()> changed) { door->changed = std::move(changed); };
  membership.trouble = [door] {
    const auto admissions = door->admissions.lock();
    return admissions ? admissions->trouble() : std::string();
  };
  return membership;
}

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  check(getrandom(&seed, sizeof seed, 0) == sizeof seed, "the system has random bytes");
  return seed;
}

/// A large message has several blocks of its size in its life, on several threads. By default the
/// allocator gives each back to the system, which costs more page by page than all else.
void keep_freed_blocks() {
  constexpr int block_max = 1 << 20;  ///< Larger ones are the system's at once, as ever.
  constexpr int kept_max = 16 << 20;  ///< At the end of each heap.
  (void)mallopt(M_MMAP_THRESHOLD, block_max);
  (void)mallopt(M_TRIM_THRESHOLD, kept_max);
}

}  // namespace

Environment make_environment(const NodeOptions& options) {
  keep_freed_blocks();
  const auto ground = std::make_shared<Ground>();
  Environment environment;
  environment.owned = ground;
  environment.clock = &ground->clock;
  environment.reactor = &ground->io;
  environment.seed = random_seed();
  for (std::size_t i = 0; i < options.threads; ++i)
    environment.dispatchers.push_back(
        std::make_unique<FiberDispatcher>("troupe-actors-" + std::to_string(i)));
  if (options.keys) {
    const auto door = std::make_shared<Door>();
    environment.membership = membership_of(door, options.permits);
    environment.make_wire = [door, keys = options.keys, clock = environment.clock](
                                Reactor& reactor, transport::PeerId self) {
      return wire_with_keys(reactor, self, *clock, *keys, door);
    };
  } else {
    environment.make_wire = [](Reactor& reactor, transport::PeerId self) {
      return std::make_unique<transport::ZmqWire>(reactor, self);
    };
  }
  environment.link_options = transport::LinkOptions::for_lease(options.lease);
  return environment;
}

std::unique_ptr<Node> make_node(NodeOptions options) {
  Environment environment = make_environment(options);
  return std::make_unique<Node>(std::move(options), std::move(environment));
}

}  // namespace troupe::runtime
