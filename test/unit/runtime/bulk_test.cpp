// Large messages between actors of two nodes, on a network in memory.

#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "test/unit/runtime/counter.hpp"
#include "test/unit/runtime/two_nodes.hpp"

namespace troupe::runtime {
namespace {

BOOST_FIXTURE_TEST_SUITE(bulk_messages, TwoNodes)

using namespace std::chrono_literals;

struct Chunk {
  static constexpr std::string_view wire_name = "test.Chunk";
  static constexpr bool bulk = true;
  std::uint64_t number = 0;
  std::string bytes;
  static auto fields(auto& m) {
    return std::tuple{field("number", m.number), field("bytes", m.bytes)};
  }
};
struct GiveChunk {
  static constexpr std::string_view wire_name = "test.GiveChunk";
  using Reply = Chunk;
  std::uint64_t number = 0;
  std::uint64_t size = 0;
  static auto fields(auto& m) {
    return std::tuple{field("number", m.number), field("size", m.size)};
  }
};
/// A large question with a small answer.
struct KeepChunk {
  static constexpr std::string_view wire_name = "test.KeepChunk";
  static constexpr bool bulk = true;
  using Reply = TotalReply;
  std::string bytes;
  static auto fields(auto& m) { return std::tuple{field("bytes", m.bytes)}; }
};
class Store {
 public:
  using Ref = runtime::Ref<GiveChunk, KeepChunk>;
  Result<Chunk> on(Context&, const GiveChunk& question) {
    if (question.size == 0) return Error{ErrorKind::gone, "there is no such chunk"};
    return Chunk{question.number, std::string(question.size, 'x')};
  }
  TotalReply on(Context&, const KeepChunk& question) {
    return {static_cast<int>(question.bytes.size())};
  }
};

constexpr std::size_t chunk_size = 256U << 10U;

static_assert(message_type<Chunk>.is_bulk && !message_type<GiveChunk>.is_bulk);

BOOST_AUTO_TEST_CASE(large_questions_and_answers_work_as_ordinary_ones) {
  for (auto& [owner, asker] : {std::pair(&head, &node), std::pair(&node, &head)}) {
    const auto store = owner->spawn<Store>();
    const auto chunk = asker->ask(store, GiveChunk{7, chunk_size});
    BOOST_TEST(chunk.value().number == 7u);
    BOOST_TEST((chunk->bytes == std::string(chunk_size, 'x')));
    BOOST_TEST(asker->ask(store, GiveChunk{7, 0}).error().what == "there is no such chunk");
    BOOST_TEST(asker->ask(store, KeepChunk{std::string(chunk_size, 'y')}).value().total ==
               static_cast<int>(chunk_size));
    BOOST_TEST((asker->ask(store, KeepChunk{std::string(3 << 20, 'y')}).error().kind ==
                ErrorKind::bad_input));
    BOOST_TEST((asker->ask(store, GiveChunk{7, 3 << 20}).error().kind == ErrorKind::bad_input));
  }
}

BOOST_AUTO_TEST_CASE(each_lane_keeps_its_order_in_both_directions) {
  for (auto& [from, to] : {std::pair(&head, &node), std::pair(&node, &head)}) {
    world.network().set({.loss = 0.05, .duplication = 0.05, .delay_max = 5ms, .reorders = true});
    auto receiver = to->probe<Add, Chunk>();
    auto sender = from->probe<Add>();
    constexpr std::uint64_t count = 200;
    sender.run([&](Context& self) {
      for (std::uint64_t i = 0; i < count; ++i) {
        self.tell(receiver.ref(), Chunk{i, std::string(i * 500, 'x')});
        self.tell(receiver.ref(), Add{static_cast<int>(i)});
      }
    });
    world.advance(20s);
    BOOST_REQUIRE(receiver.size() == 2 * count);
    std::uint64_t chunks = 0;
    int adds = 0;
    while (receiver.size() > 0) {
      if (const auto add = receiver.take<Add>()) {
        BOOST_REQUIRE(add->amount == adds++);
        continue;
      }
      const auto chunk = receiver.expect<Chunk>();
      BOOST_REQUIRE(chunk.number == chunks++);
      BOOST_REQUIRE(chunk.bytes.size() == chunk.number * 500);
    }
  }
}

BOOST_AUTO_TEST_CASE(senders_of_large_messages_wait_and_no_others) {
  constexpr int count = 100;
  auto receiver = head.probe<Chunk>();
  auto adds = head.probe<Add>();
  auto sender = node.probe<Add>();
  auto other = node.probe<Add>();
  world.network().cut("head", "node");  // Shorter than the lease.
  int sent = 0;
  sender.run([&](Context& self) {
    for (; sent < count; ++sent) self.tell(receiver.ref(), Chunk{0, std::string(chunk_size, 'y')});
  });
  BOOST_TEST(sent > 10);
  BOOST_TEST(sent < 60);  // 8 MiB in the lane and 4 MiB in the send queue.
  BOOST_TEST(node.dispatcher().suspended() == 1u);
  other.run([&](Context& self) {
    for (int i = 0; i < 1000; ++i) self.tell(adds.ref(), Add{i});
  });
  BOOST_TEST(node.dispatcher().suspended() == 1u);
  world.advance(2s);
  world.network().mend();
  world.advance(10s);
  BOOST_TEST(sent == count);
  BOOST_TEST(receiver.size() == static_cast<std::size_t>(count));
  BOOST_TEST(adds.size() == 1000u);
}

BOOST_AUTO_TEST_CASE(answers_beyond_the_limit_are_refused_and_the_link_stays_up) {
  auto store = head.probe<GiveChunk>();
  auto asker = node.probe<Add>();
  auto watcher = node.probe<NodeUp, NodeDown>();
  watcher.run([](Context& self) { self.watch_nodes(); });
  constexpr std::size_t count = 150;  // 37.5 MiB.
  std::vector<test::Probe<Add>> askers;
  std::size_t answered = 0;
  std::size_t refused = 0;
  for (std::size_t i = 0; i < count; ++i) {
    askers.push_back(node.probe<Add>());
    askers.back().run([&, to = store.ref()](Context& self) {
      const auto chunk = self.ask(to, GiveChunk{1, chunk_size}, 60s);
      if (chunk) return void(++answered);
      BOOST_TEST((chunk.error().kind == ErrorKind::exhausted));
      ++refused;
    });
  }
  BOOST_REQUIRE(store.size() == count);
  world.network().cut("head", "node");
  for (std::size_t i = 0; i < count; ++i)
    store.answer<GiveChunk>(Chunk{1, std::string(chunk_size, 'x')});
  world.advance(1s);
  world.network().mend();
  world.advance(10s);
  BOOST_TEST(answered + refused == count);
  BOOST_TEST(answered >= 60u);  // 16 MiB.
  BOOST_TEST(refused >= 40u);
  BOOST_TEST(watcher.expect<NodeUp>().name == "head");
  BOOST_TEST(watcher.is_silent());
}

BOOST_AUTO_TEST_CASE(what_a_node_sent_before_it_stopped_arrives) {
  auto receiver = head.probe<Chunk>();
  auto sender = node.probe<Add>();
  sender.run([&](Context& self) {
    for (std::uint64_t i = 0; i < 20; ++i)
      self.tell(receiver.ref(), Chunk{i, std::string(chunk_size, 'y')});
  });
  (void)node.node().stop(5s);
  world.run();
  BOOST_TEST(receiver.size() == 20u);
}

BOOST_AUTO_TEST_CASE(a_sender_that_waits_continues_when_the_node_is_lost) {
  auto receiver = head.probe<Chunk>();
  auto sender = node.probe<Add>();
  world.network().cut("head", "node");
  bool done = false;
  sender.run([&](Context& self) {
    for (int i = 0; i < 100; ++i) self.tell(receiver.ref(), Chunk{0, std::string(chunk_size, 'y')});
    done = true;
  });
  BOOST_TEST(!done);
  world.advance(10s);
  BOOST_TEST(done);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
