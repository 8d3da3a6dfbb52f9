// Plain actors on a simulated cluster with all faults of hosts and network. The guarantees of the
// runtime are checked after each event. A seed determines the run, and a failure names its seed.

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "runtime/core/check.hpp"
#include "runtime/simulation/sim_cluster.hpp"
#include "runtime/simulation/sim_faults.hpp"
#include "runtime/system_messages.hpp"

namespace troupe::runtime::simulation {
namespace {

BOOST_AUTO_TEST_SUITE(cluster)

using namespace std::chrono_literals;

constexpr Duration ask_deadline = 3s;

struct Note {
  static constexpr std::string_view wire_name = "test.Note";
  Address from;
  std::uint64_t number = 0;
  static auto fields(auto& m) {
    return std::tuple{field("from", m.from), field("number", m.number)};
  }
};

struct Doubled {
  static constexpr std::string_view wire_name = "test.Doubled";
  std::uint64_t number = 0;
  static auto fields(auto& m) { return std::tuple{field("number", m.number)}; }
};

struct Double {
  static constexpr std::string_view wire_name = "test.Double";
  using Reply = Doubled;
  std::uint64_t number = 0;
  static auto fields(auto& m) { return std::tuple{field("number", m.number)}; }
};

/// A message on the bulk lane.
struct Cargo {
  static constexpr std::string_view wire_name = "test.Cargo";
  static constexpr bool bulk = true;
  Address from;
  std::uint64_t number = 0;
  std::string bytes;
  static auto fields(auto& m) {
    return std::tuple{field("from", m.from), field("number", m.number), field("bytes", m.bytes)};
  }
};

struct GiveCargo {
  static constexpr std::string_view wire_name = "test.GiveCargo";
  using Reply = Cargo;
  std::uint64_t number = 0;
  static auto fields(auto& m) { return std::tuple{field("number", m.number)}; }
};

/// A text that depends on the number, so that truncated and mixed messages are found.
Cargo cargo_of(Address from, std::uint64_t number) {
  return {from, number, std::string(number * 1711 % 20'000, static_cast<char>('a' + number % 26))};
}

struct Tick {
  static constexpr std::string_view wire_name = "test.Tick";
  static auto fields(auto&) { return no_fields(); }
};

/// The record of all actors of a run, outside of the simulated processes.
struct Ledger {
  using Pair = std::pair<Address, Address>;
  std::map<Pair, std::uint64_t> received;  ///< The last number that was received.
  std::map<Pair, std::uint64_t> received_cargo;
  std::uint64_t notes = 0;
  std::uint64_t cargo = 0;
  std::uint64_t answers = 0;
  std::multiset<Instant> asking;  ///< When each open ask began, on the clock of the world.
  const SimCluster* cluster = nullptr;
  std::string
      broken;  ///< The first violation. It is not thrown, because that would only fail an actor.

  void expect(bool holds, const char* claim) {
    if (!holds) broken = claim;
  }
  void take(Address to, const Note& note) {
    std::uint64_t& last = received[{note.from, to}];
    expect(note.number == last + 1, "one sender's messages come in order, each once");
    last = note.number;
    ++notes;
  }
  void take(Address to, const Cargo& load) {
    std::uint64_t& last = received_cargo[{load.from, to}];
    expect(load.number == last + 1, "one sender's large messages come in order, each once");
    expect(load.bytes == cargo_of(load.from, load.number).bytes, "a large message comes as it was");
    last = load.number;
    ++cargo;
  }
};

/// Notes an open ask until its handler continues or its process dies.
class Asking {
 public:
  explicit Asking(Ledger& ledger)
      : ledger_(ledger), since_(ledger.asking.insert(ledger.cluster->now())) {}
  ~Asking() { ledger_.asking.erase(since_); }
  Asking(const Asking&) = delete;
  Asking& operator=(const Asking&) = delete;

 private:
  Ledger& ledger_;
  std::multiset<Instant>::iterator since_;
};

class Listener {
 public:
  using Ref = runtime::Ref<Note, Double, Cargo, GiveCargo>;
  explicit Listener(Ledger& ledger) : ledger_(ledger) {}
  void on(Context& self, const Note& note) { ledger_.take(self.address(), note); }
  Doubled on(Context&, const Double& question) { return {2 * question.number}; }
  void on(Context& self, const Cargo& cargo) { ledger_.take(self.address(), cargo); }
  Cargo on(Context& self, const GiveCargo& question) {
    return cargo_of(self.address(), question.number);
  }

 private:
  Ledger& ledger_;
};

/// Sends messages and questions to each listener that it knows.
class Talker {
 public:
  using Ref = runtime::Ref<Tick>;
  explicit Talker(Ledger& ledger) : ledger_(ledger) {}

  void started(Context& self) {
    self.watch_nodes();
    self.after(10ms, Tick{});
  }
  void on(Context&, const NodeUp& up) { listeners_.try_emplace(up.node); }
  void on(Context&, const NodeDown& down) { listeners_.erase(down.node); }

  void on(Context& self, const Tick&) {
    const auto nodes = listeners_;  // A copy, because the map changes while this handler waits.
    for (auto [node, listener] : nodes)
      if (talk(self, node, listener)) fetch(self, listener);
    self.after(200ms, Tick{});
  }

 private:
  /// Whether the question was answered.
  bool talk(Context& self, NodeId node, Listener::Ref& listener) {
    const Asking asking(ledger_);
    if (!listener) {
      const auto found = self.find<Listener::Ref>(node, "listener", ask_deadline);
      if (!found || !listeners_.contains(node)) return false;
      listeners_[node] = listener = *found;
    }
    const Address to = listener.address();
    for (int i = 0; i < 3; ++i) self.tell(listener, Note{self.address(), ++sent_[to]});
    self.tell(listener, cargo_of(self.address(), ++shipped_[to]));
    const auto answer = self.ask(listener, Double{sent_[to]}, ask_deadline);
    if (!answer) return false;
    ledger_.expect(answer->number == 2 * sent_[to], "an answer is the question's own");
    ++ledger_.answers;
    return true;
  }
  void fetch(Context& self, Listener::Ref from) {
    const Asking asking(ledger_);
    const std::uint64_t number = shipped_[from.address()];
    const auto cargo = self.ask(from, GiveCargo{number}, ask_deadline);
    if (!cargo) return;
    ledger_.expect(cargo->bytes == cargo_of({}, number).bytes,
                   "a large answer is the question's own");
    ++ledger_.answers;
  }

  Ledger& ledger_;
  std::map<NodeId, Listener::Ref> listeners_;
  std::map<Address, std::uint64_t> sent_;
  std::map<Address, std::uint64_t> shipped_;
};

/// The main function of a host: it joins the other hosts again and again.
void run_host(SimHost& host, Ledger& ledger, const std::vector<std::string>& names) {
  Node& node = host.node();
  const auto listener = node.get_or_spawn<Listener>("listener", ledger).value();
  node.spawn<Talker>(ledger);
  check(node.listen(host.name()).has_value(), "the address of a host is its own");
  for (;;) {
    for (const std::string& name : names)
      if (name < host.name()) (void)node.join(name, 2s);
    (void)node.wait(listener, 1s);
  }
}

struct History {
  std::uint64_t events = 0;
  std::uint64_t faults = 0;
  std::uint64_t notes = 0;
  std::uint64_t cargo = 0;
  std::uint64_t answers = 0;
  friend bool operator==(const History&, const History&) = default;
};

History run(std::uint64_t seed, std::vector<Fault> kinds) {
  const std::vector<std::string> names{"a", "b", "c"};
  Ledger ledger;
  SimCluster cluster(seed);
  ledger.cluster = &cluster;
  const auto start = [&](SimHost& host) {
    host.start([&](SimHost& self) { run_host(self, ledger, names); });
  };
  for (const std::string& name : names) start(cluster.add(name));
  SimFaults faults(cluster, {.kinds = std::move(kinds), .on_crash = [&](SimHost& host) {
                               cluster.reactor().at(cluster.now() + 500ms, [&] { start(host); });
                             }});
  bool calm = true;
  cluster.after_each_event([&] {
    check(ledger.broken.empty(), ledger.broken.c_str());
    if (!calm) return;
    for (const Instant since : ledger.asking)
      check(cluster.now() - since <= 2 * ask_deadline, "every ask ends by its deadline");
  });
  cluster.run_for(2s);
  calm = false;
  faults.begin();
  cluster.run_for(30s);
  faults.cease();
  cluster.run_for(20s);  // Time for links to be given up and for hosts to restart.
  const std::uint64_t before = ledger.notes;
  const std::uint64_t shipped_before = ledger.cargo;
  calm = true;
  for (const auto& host : cluster.hosts()) host->crash();
  for (const auto& host : cluster.hosts()) start(*host);
  cluster.run_for(10s);
  check(ledger.notes > before + 100, "when faults cease, everybody talks to everybody again");
  check(ledger.cargo > shipped_before + 30, "and ships to everybody");
  return {cluster.events(), faults.count(), ledger.notes, ledger.cargo, ledger.answers};
}

const std::vector<Fault> every_fault{Fault::crash,      Fault::freeze,   Fault::cut,
                                     Fault::half_open,  Fault::lossy,    Fault::slow,
                                     Fault::clock_jump, Fault::host_loss};

BOOST_AUTO_TEST_CASE(messages_stay_in_order_and_asks_end_under_every_fault) {
  constexpr std::uint64_t seeds = 30;
  std::uint64_t faults = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    BOOST_TEST_CONTEXT("seed " << seed) {
      try {
        faults += run(seed, every_fault).faults;
      } catch (const std::exception& broken) {
        BOOST_ERROR(broken.what());
      }
    }
  }
  BOOST_TEST(faults > 10 * seeds);
}

BOOST_AUTO_TEST_CASE(a_seed_determines_the_run) {
  const History once = run(7, every_fault);
  BOOST_TEST((once == run(7, every_fault)));
  BOOST_TEST((once != run(8, every_fault)));
}

BOOST_AUTO_TEST_CASE(a_frozen_process_does_nothing_until_it_is_thawed) {
  Ledger ledger;
  SimCluster cluster(1);
  ledger.cluster = &cluster;
  SimHost& host = cluster.add("a");
  int ticks = 0;
  host.start([&](SimHost& self) {
    for (;;) {
      ++ticks;
      self.wait([] { return false; }, 1s);
    }
  });
  cluster.run_for(10s);
  const int before = ticks;
  BOOST_TEST(before >= 10);
  host.freeze();
  cluster.run_for(10s);
  BOOST_TEST(ticks == before);
  host.thaw();
  cluster.run_for(10s);
  BOOST_TEST(ticks > before);
}

/// Of the host, of an earlier process that was killed, and of the process that runs: all are gone,
/// before any other event, and nobody is told.
BOOST_AUTO_TEST_CASE(a_loss_of_power_takes_process_and_programs_in_one_instant) {
  SimCluster cluster(1);
  SimHost& host = cluster.add("a");
  int told = 0;
  const auto start_program = [&](SimHost& self) {
    self.processes().start({}, [&](const ProcessEvent& event) {
      told += std::holds_alternative<ProcessEnded>(event) ? 1 : 0;
    });
    self.wait([] { return false; }, 60s);
  };
  host.author = [](ProcessId, const ProcessSpec&) { return Script{.ends = false}; };
  host.start(start_program);
  cluster.run_for(1s);
  host.crash(10s);
  BOOST_TEST(host.runs_programs());
  host.start(start_program);
  cluster.run_for(1s);
  const Instant before = cluster.now();
  host.lose_power();
  BOOST_TEST(!host.runs());
  BOOST_TEST(!host.runs_programs());
  BOOST_TEST((cluster.now() == before));
  cluster.run_for(60s);
  BOOST_TEST(told == 0);
}

BOOST_AUTO_TEST_CASE(a_process_ends_when_its_main_returns) {
  SimCluster cluster(1);
  SimHost& host = cluster.add("a");
  bool exited = false;
  host.on_exit = [&] { exited = !host.runs(); };
  host.start([](SimHost& self) { self.node().stop(1s); });
  cluster.run_for(1s);
  BOOST_TEST(exited);
  BOOST_TEST(!host.runs());
}

BOOST_AUTO_TEST_CASE(the_backlog_counts_unfinished_work) {
  Ledger ledger;
  SimCluster cluster(3);
  SimHost& host = cluster.add("a");
  SimHost& other = cluster.add("b");
  Listener::Ref listener;
  host.start([&](SimHost& self) {
    listener = self.node().get_or_spawn<Listener>("listener", ledger).value();
    check(self.node().listen("a").has_value(), "its address is its own");
    (void)self.node().wait(listener, Duration::max());
  });
  other.start([](SimHost& self) {
    (void)self.node().join("a", 2s);
    self.wait([] { return false; }, 60s);
  });
  cluster.run_for(1s);
  BOOST_TEST(host.backlog().messages == 0u);
  BOOST_TEST(other.backlog().bytes == 0u);
  const Note note{listener.address(), 1};
  for (int i = 0; i < 3; ++i) host.node().tell(listener, note);
  BOOST_TEST(host.backlog().messages == 3u);
  cluster.run_for(100ms);
  BOOST_TEST(host.backlog().messages == 0u);
  // A frozen receiver acknowledges nothing.
  host.freeze();
  for (int i = 0; i < 3; ++i) other.node().tell(listener, note);
  const std::size_t waiting = other.backlog().bytes;
  BOOST_TEST(waiting > 3 * sizeof note);
  cluster.run_for(100ms);
  BOOST_TEST(other.backlog().bytes >= waiting);
  host.thaw();
  cluster.run_for(1s);
  BOOST_TEST(other.backlog().bytes == 0u);
}

BOOST_AUTO_TEST_CASE(a_test_may_ask_an_actor_while_the_cluster_runs) {
  Ledger ledger;
  SimCluster cluster(3);
  SimHost& host = cluster.add("a");
  Listener::Ref listener;
  host.start([&](SimHost& self) {
    listener = self.node().spawn<Listener>(ledger);
    (void)self.node().wait(listener, Duration::max());
  });
  cluster.run_for(1s);
  const auto answer = host.node().ask(listener, Double{21}, 1s);
  BOOST_REQUIRE(answer.has_value());
  BOOST_TEST(answer->number == 42u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime::simulation
