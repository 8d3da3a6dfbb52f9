// Nodes with real threads that link with keys: what each role may do, and the end of a link.

#include <chrono>
#include <future>
#include <memory>
#include <string>

#include <boost/test/unit_test.hpp>

#include "runtime/keys/address_keys.hpp"
#include "runtime/keys/admissions.hpp"
#include "runtime/make_node.hpp"
#include "runtime/remote/wire_format.hpp"
#include "test/kit/temp_folder.hpp"
#include "test/unit/runtime/counter.hpp"
#include "test/unit/transport/poll_reactor.hpp"
#include "transport/frame.hpp"
#include "transport/zmq/zmq_wire.hpp"

namespace troupe::runtime {
namespace {

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(nodes_with_keys)

Keys keys_in(const std::string& path) {
  return std::make_shared<const KeyFolder>(KeyFolder::create(path).value());
}

struct Bulk {
  static constexpr std::string_view wire_name = "test.Bulk";
  std::string bytes;
  static auto fields(auto& m) { return std::tuple{field("bytes", m.bytes)}; }
};

struct AskBulk {
  static constexpr std::string_view wire_name = "test.AskBulk";
  using Reply = Bulk;
  static auto fields(auto&) { return no_fields(); }
};

class Generous {
 public:
  using Ref = runtime::Ref<AskBulk>;
  Bulk on(Context&, const AskBulk&) { return {std::string(std::size_t{1} << 20, 'x')}; }
};

/// A question that travels on the bulk lane.
struct KeepBulk {
  static constexpr std::string_view wire_name = "test.KeepBulk";
  static constexpr bool bulk = true;
  using Reply = TotalReply;
  std::string bytes;
  static auto fields(auto& m) { return std::tuple{field("bytes", m.bytes)}; }
};
struct KeepMore {
  static constexpr std::string_view wire_name = "test.KeepMore";
  static constexpr bool bulk = true;
  using Reply = TotalReply;
  std::string bytes;
  static auto fields(auto& m) { return std::tuple{field("bytes", m.bytes)}; }
};

class Keeper {
 public:
  using Ref = runtime::Ref<KeepBulk, KeepMore>;
  TotalReply on(Context&, const KeepBulk& m) { return {static_cast<int>(m.bytes.size())}; }
  TotalReply on(Context&, const KeepMore& m) { return {static_cast<int>(m.bytes.size())}; }
};

/// The body of the first data frame of a node that asks `count` questions, numbered from 1.
std::vector<std::byte> questions(Address to, int count) {
  const MessageType* const type = message_types_of<Generous::Ref>[0];
  const AskBulk question;
  std::string packed;
  type->pack(&question, packed);
  std::vector<std::byte> body;
  const auto append = [&](const std::string& bytes) {
    transport::append_record(
        {.part = transport::Record::Part::whole, .bytes = std::as_bytes(std::span(bytes))}, body);
  };
  append(DeclaredTypes::declaration(type, 1));
  for (int i = 1; i <= count; ++i) {
    std::string bytes;
    WireHeader{.kind = WireHeader::Kind::message,
               .type = 1,
               .to = to.actor,
               .ask = static_cast<std::uint64_t>(i)}
        .append_to(bytes);
    append(bytes + packed);
  }
  return body;
}

struct Keyed {
  test::TempFolder scratch;
  Keys head_keys = keys_in(scratch.file("head"));
  Keys node_keys = keys_in(scratch.file("node"));
  std::unique_ptr<Node> head;
  std::string address;

  Keyed() {
    BOOST_REQUIRE(head_keys->add({"gpu1", "node", node_keys->own().public_key, {}}).has_value());
    head = make_node({.name = "head",
                      .keys = head_keys,
                      .permits = [](std::string_view role, std::string_view message) {
                        return role == "own" || message == FindActor::wire_name ||
                               message == Total::wire_name || message == AskBulk::wire_name ||
                               message == KeepBulk::wire_name;
                      }});
    address = seen_from_here(head->listen("tcp://0.0.0.0:*").value());
  }
  static std::unique_ptr<Node> node(const std::string& name, const Keys& keys) {
    return make_node({.name = name, .keys = keys});
  }
  static NetworkReport report_of(const Node& node) {
    std::promise<NetworkReport> answer;
    node.reactor().post([&] { answer.set_value(node.network()); });
    return answer.get_future().get();
  }
  NetworkReport report() { return report_of(*head); }
  bool refused(const std::string& who, const std::string& why) {
    for (const auto& refusal : report().refusals)
      if (refusal.who == who && refusal.why.find(why) != std::string::npos) return true;
    return false;
  }
};

BOOST_FIXTURE_TEST_CASE(a_role_limits_what_a_node_may_send, Keyed) {
  const auto counter = head->get_or_spawn<Counter>("counter").value();
  const auto gpu1 = node("gpu1", node_keys);
  BOOST_REQUIRE((gpu1->join(address, 30s).value() == head->id()));
  BOOST_TEST(gpu1->find<Counter::Ref>(head->id(), "counter", 30s).has_value());
  gpu1->tell(counter, Add{1});
  gpu1->stop(counter);
  BOOST_TEST(gpu1->ask(counter, Total{}, 30s).value().total == 0);
  BOOST_TEST(refused("gpu1", "a key of role 'node' may not send " + std::string(Add::wire_name)));
  BOOST_TEST(refused("gpu1", "may not send troupe.Stop"));
}

BOOST_FIXTURE_TEST_CASE(a_role_also_limits_the_bulk_lane, Keyed) {
  const auto keeper = head->spawn<Keeper>();
  const auto gpu1 = node("gpu1", node_keys);
  BOOST_REQUIRE(gpu1->join(address, 30s).has_value());
  const std::string bytes(100'000, 'x');
  BOOST_TEST(gpu1->ask(keeper, KeepBulk{bytes}, 30s).value().total == 100'000);
  const auto more = gpu1->ask(keeper, KeepMore{bytes}, 30s);
  BOOST_TEST((more.error().kind == ErrorKind::refused));
  BOOST_TEST(refused("gpu1", "a key of role 'node' may not send test.KeepMore"));
  BOOST_TEST(report().links.size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(the_own_key_may_do_everything_under_any_name, Keyed) {
  const auto counter = head->spawn<Counter>();
  const auto beside = node("own-1", head_keys);
  BOOST_REQUIRE(beside->join(address, 30s).has_value());
  beside->tell(counter, Add{1});
  BOOST_TEST(beside->ask(counter, Total{}, 30s).value().total == 1);
  beside->stop(counter);
  BOOST_TEST((beside->wait(counter, 30s).value().cause != Cause::node_lost));
}

BOOST_FIXTURE_TEST_CASE(a_dialer_need_not_admit_the_key_of_the_listener, Keyed) {
  const auto gpu1 = node("gpu1", node_keys);
  BOOST_REQUIRE(gpu1->join(address, 30s).has_value());
  const auto counter = gpu1->spawn<Counter>();
  head->tell(counter, Add{2});
  BOOST_TEST(head->ask(counter, Total{}, 30s).value().total == 2);
}

BOOST_FIXTURE_TEST_CASE(a_revoked_key_ends_its_links_at_once, Keyed) {
  const auto counter = head->spawn<Counter>();
  const auto gpu1 = node("gpu1", node_keys);
  BOOST_REQUIRE(gpu1->join(address, 30s).has_value());
  BOOST_TEST(gpu1->ask(counter, Total{}, 30s).has_value());
  BOOST_TEST(head_keys->revoke("gpu1").has_value());
  const auto down = gpu1->wait(counter, 30s);
  BOOST_TEST((down.value().cause == Cause::node_lost));
  BOOST_TEST(report_of(*gpu1).links.at(0).reason == "its key was revoked");
  BOOST_TEST(refused("gpu1", "its key was revoked"));
  const auto again = node("gpu1", node_keys)->join(address, 30s);
  BOOST_TEST(again.error().what.find("not admitted") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_peer_that_reads_nothing_is_given_up_within_bounded_memory, Keyed) {
  transport::test::PollReactor reactor;
  transport::ZmqWire wire(
      reactor, 77,
      transport::ZmqWire::Options{
          .security = transport::Security{node_keys->own(), [](std::string_view) {
                                            return std::optional<transport::Member>();
                                          }}});
  transport::Route route;
  const auto hello = [&](transport::PeerId to) {
    (void)wire.send(route,
                    transport::encode_frame(
                        {.kind = transport::FrameKind::hello, .from = 77, .to = to, .attempt = 1},
                        transport::encode_greeting({"gpu1", {}})));
  };
  wire.receive_with([&](transport::Route, const transport::Sender&, transport::Bytes) {
    hello(head->id().value);
  });
  route = wire.dial(address).value();
  hello(0);
  BOOST_REQUIRE(reactor.run_until([&] { return !report().links.empty(); }, 30s));
  const auto body = questions(head->spawn<Generous>().address(), 100);
  (void)wire.send(route, transport::encode_frame({.kind = transport::FrameKind::data,
                                                  .from = 77,
                                                  .to = head->id().value,
                                                  .sequence = 1,
                                                  .acknowledged = 1},
                                                 body));
  BOOST_TEST(reactor.run_until(
      [&] { return refused("gpu1", "it does not take what is sent to it: 64 MiB wait"); }, 30s));
}

BOOST_FIXTURE_TEST_CASE(an_invitation_admits_a_node_with_its_own_key, Keyed) {
  const auto invitation = transport::make_key_pair();
  BOOST_REQUIRE(
      head_keys->add({"gpu2", "node", invitation.public_key, 99'999'999'999}).has_value());
  const Keys own = keys_in(scratch.file("gpu2"));
  // The head reads its key folder with a delay, and may not know the invitation yet.
  Result<void> enrolled = Error{ErrorKind::refused, "not tried"};
  for (int i = 0; i < 50 && !enrolled; ++i)
    enrolled = enrol(address, "gpu2", invitation.secret_key, own->own().public_key, 30s);
  BOOST_REQUIRE(enrolled.has_value());
  BOOST_TEST(node("gpu2", own)->join(address, 30s).has_value());
  BOOST_TEST(
      !enrol(address, "gpu2", invitation.secret_key, own->own().public_key, 30s).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
