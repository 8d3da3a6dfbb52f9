// Links between processes. ZeroMQ loses the messages that a stopped or killed process had received:
// the tests show it on bare sockets, and then that a link notices it.

#include <chrono>
#include <ctime>
#include <functional>
#include <future>

#include <boost/test/unit_test.hpp>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.hpp>

#include "runtime/io_thread.hpp"
#include "test/unit/transport/pair.hpp"

namespace troupe::transport::test {
namespace {

BOOST_AUTO_TEST_SUITE(transport_process)

using namespace std::chrono_literals;

/// A process that runs `body`, and ends with this one at the latest. Construct it before any ZeroMQ
/// context, because a fork needs a process without threads. `body` gets the argument of `tell`.
class Child {
 public:
  explicit Child(const std::function<void(const std::string& told)>& body) {
    int ends[2];
    BOOST_REQUIRE(pipe(ends) == 0);
    pid_ = fork();
    BOOST_REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      close(ends[1]);
      char told[256];
      const ssize_t size = read(ends[0], told, sizeof told);
      if (size > 0) body(std::string(told, static_cast<std::size_t>(size)));
      _exit(0);
    }
    close(ends[0]);
    to_ = ends[1];
  }
  ~Child() {
    signal(SIGKILL);
    close(to_);
    (void)waitpid(pid_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  void tell(const std::string& text) const {
    BOOST_REQUIRE(write(to_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  void signal(int number) const { (void)kill(pid_, number); }

 private:
  pid_t pid_ = -1;
  int to_ = -1;
};

/// Dials, and echoes each message until it is killed. After `deaf_after` messages it reads no more,
/// while the threads of ZeroMQ still receive.
void echo(const std::string& address, std::size_t deaf_after) {
  ZmqWorld world;
  bool deaf = false;
  std::size_t count = 0;
  std::unique_ptr<Endpoint> endpoint;
  endpoint = std::make_unique<Endpoint>(
      world.reactor(), world.wire(2), Identity{2, "echo", {}}, quick(),
      Endpoint::Callbacks{.on_up = [](PeerId, std::string_view, Bytes) {},
                          .on_message =
                              [&](PeerId peer, Bytes message) {
                                (void)endpoint->send(peer, message);
                                if (++count < deaf_after) return;
                                world.reactor().post([&] { deaf = true; });  // After the answer.
                              },
                          .on_down = [](PeerId, const Departure&) {},
                          .on_room = [](PeerId) {},
                          .on_state = {}});
  endpoint->dial(address, 30s, [](const Result<PeerId>&) {});
  (void)world.run_until([&] { return deaf; }, 60s);
  while (deaf) pause();
}

BOOST_AUTO_TEST_CASE(zeromq_never_reports_a_stopped_peer_and_a_link_does) {
  const Child bare([](const std::string& address) {
    zmq::context_t context;
    zmq::socket_t dealer(context, zmq::socket_type::dealer);
    dealer.set(zmq::sockopt::routing_id, "peer");
    dealer.connect(address);
    (void)dealer.send(zmq::str_buffer("hello"));
    pause();
  });
  const Child linked([](const std::string& address) { echo(address, SIZE_MAX); });

  zmq::context_t context;
  zmq::socket_t router(context, zmq::socket_type::router);
  router.set(zmq::sockopt::linger, 0);
  router.set(zmq::sockopt::router_mandatory, 1);
  router.bind("tcp://127.0.0.1:*");
  bare.tell(router.get(zmq::sockopt::last_endpoint));
  zmq::message_t part;
  BOOST_REQUIRE(router.recv(part));
  BOOST_REQUIRE(router.recv(part));

  ZmqWorld world;
  TestNode a(world.reactor(), world.wire(1), 1, "a", quick());
  linked.tell(*a.endpoint.listen("127.0.0.1:*"));
  BOOST_REQUIRE(world.run_until([&] { return !a.ups.empty(); }));

  bare.signal(SIGSTOP);
  linked.signal(SIGSTOP);
  const Instant stopped = world.reactor().now();
  BOOST_TEST(world.run_until([&] { return a.state(2) == LinkState::unreachable; }, 5s));
  BOOST_TEST(world.run_until([&] { return !a.downs.empty(); }, 5s));
  const Duration noticed = world.reactor().now() - stopped;
  BOOST_TEST((noticed > 700ms && noticed < 4s));  // The link is lost after a second of silence.
  BOOST_TEST((a.downs.at(2).cause == Departure::Cause::lost));
  // A bare ROUTER, even a mandatory one, still accepts messages for the stopped peer.
  BOOST_TEST(router.send(zmq::str_buffer("peer"), zmq::send_flags::sndmore).has_value());
  BOOST_TEST(router.send(zmq::str_buffer("x"), zmq::send_flags::dontwait).has_value());
}

BOOST_AUTO_TEST_CASE(a_peer_that_is_stopped_within_its_lease_keeps_its_link) {
  const Child linked([](const std::string& address) { echo(address, SIZE_MAX); });
  ZmqWorld world;
  TestNode a(world.reactor(), world.wire(1), 1, "a", quick());
  linked.tell(*a.endpoint.listen("127.0.0.1:*"));
  BOOST_REQUIRE(world.run_until([&] { return !a.ups.empty(); }));
  for (int round = 0; round < 3; ++round) {
    linked.signal(SIGSTOP);
    for (int i = 0; i < 100; ++i) BOOST_REQUIRE(a.send(2, std::to_string(round * 100 + i)));
    BOOST_TEST(world.run_until([&] { return a.state(2) == LinkState::unreachable; }, 5s));
    linked.signal(SIGCONT);
    const std::size_t sent = 100 * static_cast<std::size_t>(round + 1);
    BOOST_TEST(world.run_until([&] { return a.messages[2].size() >= sent; }, 5s));
    BOOST_TEST((a.state(2) == LinkState::up));
    // If it were stopped before its next beat is confirmed, it would not hold the lease.
    (void)world.run_until([] { return false; }, 3 * quick().heartbeat);
  }
  BOOST_REQUIRE_EQUAL(a.messages[2].size(), 300U);
  for (std::size_t i = 0; i < 300; ++i) BOOST_REQUIRE(a.messages[2][i] == std::to_string(i));
}

BOOST_AUTO_TEST_CASE(a_peer_that_is_stopped_beyond_its_lease_learns_that_its_link_is_lost) {
  int ends[2];
  BOOST_REQUIRE(pipe(ends) == 0);
  const Child linked([&](const std::string& address) {
    ZmqWorld world;
    TestNode b(world.reactor(), world.wire(2), 2, "b", quick());
    b.dial(address);
    if (!world.run_until([&] { return !b.downs.empty(); }, 30s)) _exit(1);
    const std::string& reason = b.downs.at(1).reason;
    (void)write(ends[1], reason.data(), reason.size());
  });
  ZmqWorld world;
  TestNode a(world.reactor(), world.wire(1), 1, "a", quick());
  linked.tell(*a.endpoint.listen("127.0.0.1:*"));
  BOOST_REQUIRE(world.run_until([&] { return !a.ups.empty(); }));
  linked.signal(SIGSTOP);
  BOOST_REQUIRE(world.run_until([&] { return !a.downs.empty(); }, 5s));
  linked.signal(SIGCONT);
  char reason[512];
  bool told = false;
  const auto watch = world.reactor().watch_readable(ends[0], [&] { told = true; });
  BOOST_REQUIRE(world.run_until([&] { return told; }, 5s));
  world.reactor().unwatch(watch);
  const ssize_t size = read(ends[0], reason, sizeof reason);
  const std::string text(reason, static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  BOOST_TEST(text.find("given it up: nothing was heard of node 'b'") != std::string::npos, text);
  close(ends[0]);
  close(ends[1]);
}

BOOST_AUTO_TEST_CASE(a_peer_killed_with_messages_in_its_queue_has_not_confirmed_them) {
  const Child bare([](const std::string& address) {
    zmq::context_t context;
    zmq::socket_t dealer(context, zmq::socket_type::dealer);
    dealer.set(zmq::sockopt::routing_id, "peer");
    dealer.set(zmq::sockopt::rcvhwm, 0);
    dealer.connect(address);
    (void)dealer.send(zmq::str_buffer("hello"));
    pause();  // The socket receives, the process does not read.
  });
  const Child linked([](const std::string& address) { echo(address, 1); });

  zmq::context_t context;
  zmq::socket_t router(context, zmq::socket_type::router);
  router.set(zmq::sockopt::linger, 0);
  router.set(zmq::sockopt::sndhwm, 0);
  router.set(zmq::sockopt::router_mandatory, 1);
  router.bind("tcp://127.0.0.1:*");
  bare.tell(router.get(zmq::sockopt::last_endpoint));
  zmq::message_t part;
  BOOST_REQUIRE(router.recv(part));
  BOOST_REQUIRE(router.recv(part));

  ZmqWorld world;
  TestNode a(world.reactor(), world.wire(1), 1, "a", quick());
  linked.tell(*a.endpoint.listen("127.0.0.1:*"));
  BOOST_REQUIRE(world.run_until([&] { return !a.ups.empty(); }));
  BOOST_REQUIRE(a.send(2, "the last that it takes"));
  BOOST_REQUIRE(world.run_until([&] { return a.messages[2].size() == 1; }, 5s));

  for (int i = 0; i < 2000; ++i) {  // ZeroMQ accepts each message, and none is read.
    BOOST_REQUIRE(router.send(zmq::str_buffer("peer"), zmq::send_flags::sndmore));
    BOOST_REQUIRE(router.send(zmq::str_buffer("x"), zmq::send_flags::dontwait));
    BOOST_REQUIRE(a.send(2, std::to_string(i)));
  }
  world.run_for(100ms);
  bare.signal(SIGKILL);
  linked.signal(SIGKILL);
  world.run_for(100ms);
  const Peer peer = a.endpoint.peers().at(0);
  BOOST_TEST(peer.buffered_bytes > 2000u);  // The link knows which messages are not confirmed.
  BOOST_TEST((peer.lag >= 200ms));
  BOOST_TEST(world.run_until([&] { return !a.downs.empty(); }, 5s));  // The link reports the loss.
  BOOST_TEST((a.downs.at(2).cause == Departure::Cause::lost));
  BOOST_TEST(a.messages[2].size() == 1u);
}

/// Calls `make` on the thread of `reactor` and waits for its result.
template <typename F>
auto on_thread(Reactor& reactor, F make) {
  std::promise<decltype(make())> promise;
  auto result = promise.get_future();
  reactor.post([&] { promise.set_value(make()); });
  return result.get();
}

BOOST_AUTO_TEST_CASE(an_idle_linked_process_uses_no_processor_time) {
  const Child linked([](const std::string& address) { echo(address, SIZE_MAX); });
  runtime::IoThread io("transport-test");
  std::promise<void> up;
  std::unique_ptr<Endpoint> endpoint;
  const auto address = on_thread(io, [&] {
    endpoint = std::make_unique<Endpoint>(
        io, std::make_unique<ZmqWire>(io, 1, ZmqWire::Options{.insecure_loopback = true}),
        Identity{1, "head", {}}, quick(),
        Endpoint::Callbacks{.on_up = [&](PeerId, std::string_view, Bytes) { up.set_value(); },
                            .on_message = [](PeerId, Bytes) {},
                            .on_down = [](PeerId, const Departure&) {},
                            .on_room = [](PeerId) {},
                            .on_state = {}});
    return *endpoint->listen("127.0.0.1:*");
  });
  linked.tell(address);
  BOOST_REQUIRE((up.get_future().wait_for(10s) == std::future_status::ready));
  PollReactor waiting;
  const auto before = std::clock();
  (void)waiting.run_until([] { return false; }, 3s);
  const double busy = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
  BOOST_TEST_MESSAGE("processor time in 3 s with a heartbeat of 200 ms: " << busy * 1e3 << " ms");
  BOOST_TEST(busy < 0.1);  // 30 heartbeats; a loop that polled would take all of it.
  (void)on_thread(io, [&] {
    endpoint.reset();
    return 0;
  });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport::test
