#include "runtime/make_node.hpp"

#include <algorithm>
#include <utility>

#include <malloc.h>
#include <sys/random.h>

#include "runtime/core/check.hpp"
#include "runtime/dispatch/fiber_dispatcher.hpp"
#include "runtime/io_thread.hpp"
#include "runtime/keys/admissions.hpp"
#include "runtime/keys/key_folder.hpp"
#include "runtime/system_clock.hpp"
#include "transport/zmq/zmq_wire.hpp"

namespace troupe::runtime {
namespace {

constexpr std::size_t dispatchers_max = 254;

/// Clock and reactor of a node of a real process.
struct ClockAndReactor {
  SystemClock clock;
  IoThread io;
};

/// Connects the admissions of a node, which its wire owns, with its links.
struct AdmissionsLink {
  std::weak_ptr<Admissions> admissions;
  std::function<void()> changed;
};

std::unique_ptr<transport::Wire> wire_with_keys(Reactor& reactor, transport::PeerId self,
                                                const Clock& clock, const NodeOptions& options,
                                                const std::shared_ptr<AdmissionsLink>& link) {
  const KeyFolder& keys = *options.keys;
  const auto admissions = std::make_shared<Admissions>(reactor, clock, keys, [link] {
    if (link->changed) link->changed();
  });
  link->admissions = admissions;
  return std::make_unique<transport::ZmqWire>(
      reactor, self,
      transport::ZmqWire::Options{
          .security = transport::Security{
              keys.own(), [admissions](std::string_view key) { return admissions->member_of(key); },
              [admissions](std::string_view key) { return admissions->is_expired(key); }},
          .insecure_loopback = options.insecure_loopback});
}

Membership membership_of(const std::shared_ptr<AdmissionsLink>& link, Permits permits) {
  Membership membership{.permits = std::move(permits)};
  membership.member_of = [link](std::string_view key) {
    const auto admissions = link->admissions.lock();
    return admissions ? admissions->member_of(key) : std::nullopt;
  };
  membership.enrol = [link](std::string_view invitation, const transport::Key& own) {
    const auto admissions = link->admissions.lock();
    const auto key = transport::key_of(invitation);
    check(admissions && key, "a key is enrolled while the node has its admissions");
    return admissions->enrol(*key, own);
  };
  membership.follow = [link](std::function<void()> changed) { link->changed = std::move(changed); };
  membership.trouble = [link] {
    const auto admissions = link->admissions.lock();
    return admissions ? admissions->trouble() : std::string();
  };
  return membership;
}

std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  check(getrandom(&seed, sizeof seed, 0) == sizeof seed, "the system has random bytes");
  return seed;
}

/// Makes malloc keep freed blocks up to 1 MiB. A large message allocates several blocks of its size
/// on several threads; returning each to the system costs more than the rest of its handling.
void keep_freed_blocks() {
  constexpr int block_max =
      1 << 20;  ///< Larger blocks are mapped and unmapped one by one, as by default.
  constexpr int kept_max = 16 << 20;  ///< Free memory kept at the end of each heap.
  (void)mallopt(M_MMAP_THRESHOLD, block_max);
  (void)mallopt(M_TRIM_THRESHOLD, kept_max);
}

}  // namespace

Environment make_environment(const NodeOptions& options) {
  keep_freed_blocks();
  const auto clock_and_reactor = std::make_shared<ClockAndReactor>();
  Environment environment;
  environment.owned = clock_and_reactor;
  environment.clock = &clock_and_reactor->clock;
  environment.reactor = &clock_and_reactor->io;
  environment.seed = random_seed();
  check(options.threads > 0 && options.threads <= dispatchers_max, "a node has 1 to 254 threads");
  for (std::size_t i = 0; i < options.threads; ++i)
    environment.dispatchers.push_back(std::make_unique<FiberDispatcher>(
        FiberDispatcher::Options{.name = "troupe-actors-" + std::to_string(i)}));
  environment.detached = std::min(detached_max, dispatchers_max - options.threads);
  for (std::size_t i = 0; i < environment.detached; ++i)
    environment.dispatchers.push_back(std::make_unique<FiberDispatcher>(
        FiberDispatcher::Options{.name = "troupe-alone-" + std::to_string(i),
                                 .stack_bytes = std::size_t{8} << 20,
                                 .starts_late = true}));
  if (options.keys) {
    const auto link = std::make_shared<AdmissionsLink>();
    environment.membership = membership_of(link, options.permits);
    environment.make_wire = [link, options, clock = environment.clock](Reactor& reactor,
                                                                       transport::PeerId self) {
      return wire_with_keys(reactor, self, *clock, options, link);
    };
  } else {
    environment.make_wire = [insecure = options.insecure_loopback](Reactor& reactor,
                                                                   transport::PeerId self) {
      return std::make_unique<transport::ZmqWire>(
          reactor, self, transport::ZmqWire::Options{.insecure_loopback = insecure});
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
