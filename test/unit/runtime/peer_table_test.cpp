#include "runtime/remote/peer_table.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "runtime/remote/outgoing.hpp"
#include "test/unit/runtime/counter.hpp"

namespace troupe::runtime {
namespace {

namespace peer_table {

/// Large enough for the bulk channel.
struct BigBlob {
  static constexpr std::string_view wire_name = "test.BigBlob";
  static constexpr bool bulk = true;
  static auto fields(auto&) { return no_fields(); }
};

constexpr NodeId gpu_node{7};
constexpr std::size_t mebibyte = std::size_t{1} << 20;

Outgoing message_of(std::size_t size, const MessageType* type = nullptr, std::uint64_t ask = 0) {
  Outgoing outgoing({.kind = WireHeader::Kind::message, .ask = ask}, type);
  outgoing.bytes().resize(std::max(size, outgoing.size()), 'x');
  return outgoing;
}

struct PeerTableFixture {
  PeerTable table;

  PeerTableFixture() { table.add(gpu_node, "gpu1", {2, 1, 0}); }

  PeerTable::Enqueued enqueue(std::size_t size, const MessageType* type = nullptr,
                              std::uint64_t ask = 0) {
    return table.enqueue(gpu_node, {.kind = WireHeader::Kind::message, .ask = ask},
                         message_of(size, type, ask));
  }
  std::size_t take_all() {
    std::deque<Outgoing> ordinary;
    std::deque<Outgoing> bulk;
    table.take_queued(gpu_node, {{&ordinary, &bulk}});
    return ordinary.size() + bulk.size();
  }
};

}  // namespace peer_table

BOOST_FIXTURE_TEST_SUITE(peer_table, peer_table::PeerTableFixture)

BOOST_AUTO_TEST_CASE(one_flush_is_posted_for_all_messages_until_they_are_taken) {
  BOOST_TEST(enqueue(100).needs_flush);
  BOOST_TEST(!enqueue(100).needs_flush);
  BOOST_TEST(take_all() == 2u);
  BOOST_TEST(enqueue(100).needs_flush);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_not_linked_gets_nothing) {
  const auto enqueued =
      table.enqueue(NodeId{8}, {.kind = WireHeader::Kind::message}, message_of(100));
  BOOST_TEST((enqueued.status == PeerTable::Status::not_linked));
  BOOST_TEST(!table.is_above_high_water(NodeId{8}, Channel::ordinary));
  BOOST_TEST(!table.wait_until_writable(NodeId{8}, Channel::ordinary, CorrelationId{1}));
  BOOST_TEST(!table.remove(NodeId{8}).has_value());
}

BOOST_AUTO_TEST_CASE(senders_wait_from_the_high_water_mark_to_half_of_it) {
  for (int i = 0; i < 4; ++i) (void)enqueue(mebibyte);
  BOOST_TEST(!table.is_above_high_water(gpu_node, Channel::ordinary));
  BOOST_TEST(!table.wait_until_writable(gpu_node, Channel::ordinary, CorrelationId{1}));
  (void)enqueue(mebibyte);
  BOOST_TEST(table.is_above_high_water(gpu_node, Channel::ordinary));
  BOOST_TEST(!table.is_above_high_water(gpu_node, Channel::bulk));
  BOOST_TEST(table.wait_until_writable(gpu_node, Channel::ordinary, CorrelationId{1}));
  BOOST_TEST(take_all() == 5u);
  BOOST_TEST(table.queued_bytes(gpu_node) == 5 * mebibyte);  // Taken, and not sent yet.
  BOOST_TEST(table.release(gpu_node, Channel::ordinary, 2 * mebibyte).empty());
  BOOST_TEST(table.release(gpu_node, Channel::ordinary, mebibyte).size() == 1u);
  BOOST_TEST(table.release(gpu_node, Channel::ordinary, mebibyte).empty());
  BOOST_CHECK_THROW((void)table.release(gpu_node, Channel::ordinary, 2 * mebibyte), CheckFailure);
}

BOOST_AUTO_TEST_CASE(bulk_questions_are_refused_beyond_their_limit_and_tells_beyond_theirs) {
  const auto* const bulk = &message_type<BigBlob>;
  BOOST_TEST((enqueue(10 * mebibyte, bulk, 5).status == PeerTable::Status::queued));
  BOOST_TEST((enqueue(7 * mebibyte, bulk, 6).status == PeerTable::Status::full));
  BOOST_TEST((enqueue(53 * mebibyte, bulk).status == PeerTable::Status::queued));
  BOOST_TEST((enqueue(2 * mebibyte, bulk).status == PeerTable::Status::full));
  BOOST_TEST(table.close_ask(gpu_node, CorrelationId{5}));
  BOOST_TEST(!table.close_ask(gpu_node, CorrelationId{6}));
}

BOOST_AUTO_TEST_CASE(the_limit_of_ordinary_messages_is_passed_once) {
  BOOST_TEST(!enqueue(64 * mebibyte).overflows);
  BOOST_TEST(enqueue(1).overflows);
  BOOST_TEST(!enqueue(1).overflows);
}

BOOST_AUTO_TEST_CASE(an_ask_is_closed_once) {
  (void)enqueue(100, nullptr, 5);
  BOOST_TEST(table.close_ask(gpu_node, CorrelationId{5}));
  BOOST_TEST(!table.close_ask(gpu_node, CorrelationId{5}));
  BOOST_TEST(!table.close_ask(NodeId{8}, CorrelationId{5}));
}

BOOST_AUTO_TEST_CASE(the_open_questions_of_a_node_are_bounded) {
  for (std::size_t i = 0; i < PeerTable::questions_max; ++i)
    BOOST_REQUIRE(table.open_question(gpu_node));
  BOOST_TEST(!table.open_question(gpu_node));
  table.close_question(gpu_node);
  BOOST_TEST(table.open_question(gpu_node));
}

BOOST_AUTO_TEST_CASE(a_lost_node_leaves_questions_monitors_and_waiting_senders_behind) {
  const Address here{NodeId{1}, 4};
  const Address there{gpu_node, 9};
  (void)enqueue(5 * mebibyte, nullptr, 5);
  (void)table.wait_until_writable(gpu_node, Channel::ordinary, CorrelationId{6});
  table.add_watch(here, there);
  table.add_watch(here, Address{gpu_node, 10});
  BOOST_TEST(table.remove_watch(here, Address{gpu_node, 10}));
  BOOST_TEST(!table.remove_watch(here, Address{gpu_node, 10}));
  BOOST_TEST(table.nodes().size() == 1u);
  const auto lost = table.remove(gpu_node);
  BOOST_REQUIRE(lost.has_value());
  BOOST_TEST(lost->name == "gpu1");
  BOOST_TEST((lost->asks == std::vector{CorrelationId{5}}));
  BOOST_TEST((lost->waiting == std::vector{CorrelationId{6}}));
  BOOST_TEST((lost->watches == std::vector{std::pair{here, there}}));
  BOOST_TEST(table.nodes().empty());
  BOOST_TEST((enqueue(100).status == PeerTable::Status::not_linked));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(outgoing_stream)

using peer_table::message_of;

/// A link that takes `room` more messages and keeps their kinds.
struct FakeLink {
  std::size_t room = 100;
  std::vector<WireHeader> sent;
  std::vector<Error> refused;
  std::optional<ErrorKind> failure;

  std::size_t flush(OutgoingStream& stream) {
    return stream.flush(
        [this](Outgoing& outgoing) -> Result<void> {
          if (failure) return Error{*failure, "no"};
          if (room == 0) return Error{ErrorKind::exhausted, "the link is full"};
          --room;
          sent.push_back(WireHeader::read(outgoing.content()).value());
          return {};
        },
        [this](const Outgoing&, const Error& error) { refused.push_back(error); });
  }
};

BOOST_AUTO_TEST_CASE(a_type_is_declared_once_before_its_first_message) {
  OutgoingStream stream;
  FakeLink link;
  for (int i = 0; i < 2; ++i) stream.messages().push_back(message_of(100, &message_type<Add>));
  stream.messages().push_back(message_of(100, &message_type<Total>));
  BOOST_TEST(link.flush(stream) == 300u);
  BOOST_REQUIRE(link.sent.size() == 5u);
  BOOST_TEST((link.sent[0].kind == WireHeader::Kind::declare));
  BOOST_TEST(link.sent[0].type == 1u);
  BOOST_TEST(link.sent[1].type == 1u);
  BOOST_TEST(link.sent[2].type == 1u);
  BOOST_TEST((link.sent[3].kind == WireHeader::Kind::declare));
  BOOST_TEST(link.sent[4].type == 2u);
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_waits_for_the_next_flush) {
  OutgoingStream stream;
  FakeLink link{.room = 1, .sent = {}, .refused = {}, .failure = {}};
  for (int i = 0; i < 2; ++i) stream.messages().push_back(message_of(100, &message_type<Add>));
  BOOST_TEST(link.flush(stream) == 0u);  // The declaration took the room.
  link.room = 1;
  BOOST_TEST(link.flush(stream) == 100u);
  link.room = 1;
  BOOST_TEST(link.flush(stream) == 100u);
  BOOST_TEST(link.sent.size() == 3u);
  BOOST_TEST(link.refused.empty());
}

BOOST_AUTO_TEST_CASE(a_message_that_the_link_refuses_is_returned) {
  OutgoingStream stream;
  FakeLink link{.room = 100, .sent = {}, .refused = {}, .failure = ErrorKind::bad_input};
  stream.messages().push_back(message_of(100));
  BOOST_TEST(link.flush(stream) == 100u);
  BOOST_REQUIRE(link.refused.size() == 1u);
  BOOST_TEST((link.refused[0].kind == ErrorKind::bad_input));
  BOOST_TEST(stream.messages().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::runtime
