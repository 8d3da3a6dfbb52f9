#include "transport/frame.hpp"

#include <algorithm>
#include <numeric>

#include <boost/test/unit_test.hpp>

#include "runtime/core/rng.hpp"
#include "transport/stream/reassembler.hpp"

namespace troupe::transport {
namespace {

BOOST_AUTO_TEST_SUITE(frame)

constexpr std::size_t frame_max = 4096;

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

FrameHeader some_header() {
  return {.kind = FrameKind::data,
          .resend = true,
          .from = 0x0123456789abcdef,
          .to = 7,
          .sequence = 1ULL << 40U,
          .acknowledged = 9,
          .attempt = 3};
}

std::string error_of(Bytes frame) {
  const auto decoded = decode_frame(frame, frame_max);
  return decoded ? "decoded" : decoded.error().what;
}

BOOST_AUTO_TEST_CASE(reads_what_it_wrote) {
  const auto encoded = encode_frame(some_header(), bytes_of("body"));
  const auto decoded = decode_frame(encoded, frame_max);
  BOOST_REQUIRE(decoded);
  const FrameHeader& header = decoded->header;
  BOOST_TEST(header.version == protocol_version);
  BOOST_TEST((header.kind == FrameKind::data));
  BOOST_TEST(header.resend);
  BOOST_TEST(header.from == 0x0123456789abcdefU);
  BOOST_TEST(header.to == 7u);
  BOOST_TEST(header.sequence == 1ULL << 40U);
  BOOST_TEST(header.acknowledged == 9u);
  BOOST_TEST(header.attempt == 3u);
  BOOST_TEST(!header.bulk);
  BOOST_TEST(!header.wants_bulk);
  BOOST_TEST((std::ranges::equal(decoded->body, bytes_of("body"))));
}

BOOST_AUTO_TEST_CASE(each_lane_has_its_own_limit) {
  FrameHeader header = some_header();
  header.bulk = true;
  header.wants_bulk = true;
  header.resend = false;
  const auto encoded = encode_frame(header, bytes_of("body"));
  const auto decoded = decode_frame(encoded, 10, 1000);
  BOOST_REQUIRE(decoded);
  BOOST_TEST(decoded->header.bulk);
  BOOST_TEST(decoded->header.wants_bulk);
  BOOST_TEST(!decoded->header.resend);
  BOOST_TEST(decode_frame(encoded, 1000, 10).error().what ==
             "a frame of 52 bytes; at most 10 are taken");
  const auto ordinary = encode_frame(some_header(), bytes_of("body"));
  BOOST_TEST(decode_frame(ordinary, 10, 1000).error().what ==
             "a frame of 52 bytes; at most 10 are taken");
}

BOOST_AUTO_TEST_CASE(a_message_with_headroom_is_a_frame) {
  std::vector<std::byte> frame(bulk_headroom);
  for (const std::byte b : bytes_of("message")) frame.push_back(b);
  FrameHeader header = some_header();
  header.bulk = true;
  encode_bulk_headroom(header, frame);
  const auto decoded = decode_frame(frame, frame_max);
  BOOST_REQUIRE(decoded);
  Bytes body = decoded->body;
  const auto record = take_record(body);
  BOOST_REQUIRE(record && *record);
  BOOST_TEST(((*record)->part == Record::Part::whole));
  BOOST_TEST((std::ranges::equal((*record)->bytes, bytes_of("message"))));
  BOOST_TEST(body.empty());
}

BOOST_AUTO_TEST_CASE(integers_are_little_endian) {
  const auto encoded = encode_frame(some_header(), {});
  BOOST_TEST((std::ranges::equal(std::span(encoded).first(4), bytes_of("TTRP"))));
  BOOST_TEST(std::to_integer<int>(encoded[8]) == 0xef);
  BOOST_TEST(std::to_integer<int>(encoded[15]) == 0x01);
  BOOST_TEST(std::to_integer<int>(encoded[29]) == 0x01);  // Byte 5 of the sequence.
}

BOOST_AUTO_TEST_CASE(an_error_names_what_was_found_and_what_was_expected) {
  auto encoded = encode_frame(some_header(), bytes_of("body"));
  BOOST_TEST(error_of(std::span(encoded).first(10)) == "a frame of 10 bytes; its header has 48");
  BOOST_TEST(error_of(std::span(encoded).first(51)) ==
             "a frame that announces a body of 4 bytes and has 3");
  BOOST_TEST(error_of(std::vector<std::byte>(frame_max + 1)) ==
             "a frame of 4097 bytes; at most 4096 are taken");
  BOOST_TEST(error_of(std::vector<std::byte>(60)).find("not sent by a Troupe node") !=
             std::string::npos);
  encoded[6] = std::byte{99};
  BOOST_TEST(error_of(encoded) == "a frame of kind 99; known are 1 to 6");
  encoded[6] = std::byte{static_cast<std::uint8_t>(FrameKind::data)};
  encoded[4] = std::byte{8};
  BOOST_TEST(error_of(encoded) == "a frame of protocol version 8; this node speaks 3");
}

BOOST_AUTO_TEST_CASE(hellos_and_refusals_are_read_in_any_version) {
  for (const auto kind : {FrameKind::hello, FrameKind::refusal}) {
    const auto decoded =
        decode_frame(encode_frame({.version = 900, .kind = kind, .from = 4}, {}), frame_max);
    BOOST_REQUIRE(decoded);
    BOOST_TEST(decoded->header.version == 900);
    BOOST_TEST(decoded->header.from == 4u);
  }
}

BOOST_AUTO_TEST_CASE(a_greeting_is_read_back_and_bounded) {
  const auto body = encode_greeting({"node one", bytes_of("schemas")});
  const auto greeting = decode_greeting(body);
  BOOST_REQUIRE(greeting);
  BOOST_TEST(greeting->name == "node one");
  BOOST_TEST((std::ranges::equal(greeting->payload, bytes_of("schemas"))));
  for (std::size_t cut = 0; cut < 10; ++cut)
    BOOST_TEST(!decode_greeting(std::span(body).first(cut)));
  BOOST_TEST(!decode_greeting(std::vector<std::byte>(3 + Greeting::payload_max)));
}

BOOST_AUTO_TEST_CASE(a_reason_is_truncated_and_has_no_control_characters) {
  BOOST_TEST(decode_reason(bytes_of("no\x1b[2J\n")) == "no\\x1b[2J\\x0a");
  BOOST_TEST(decode_reason(std::vector<std::byte>(5000, std::byte{'x'})).size() == 1024u);
}

BOOST_AUTO_TEST_CASE(records_are_taken_one_after_the_other) {
  std::vector<std::byte> body;
  append_record({Record::Part::whole, 0, {}}, body);
  append_record({Record::Part::first, 500, bytes_of("abc")}, body);
  append_record({Record::Part::last, 0, bytes_of("de")}, body);
  Bytes rest = body;
  BOOST_TEST((**take_record(rest)).bytes.empty());
  const Record first = **take_record(rest);
  BOOST_TEST((first.part == Record::Part::first));
  BOOST_TEST(first.total == 500u);
  BOOST_TEST((std::ranges::equal(first.bytes, bytes_of("abc"))));
  BOOST_TEST((**take_record(rest)).bytes.size() == 2u);
  BOOST_TEST(!(*take_record(rest)).has_value());
}

BOOST_AUTO_TEST_CASE(a_record_that_announces_too_much_is_an_error) {
  std::vector<std::byte> body;
  append_record({Record::Part::whole, 0, bytes_of("abcdef")}, body);
  Bytes cut = std::span(body).first(7);
  const auto taken = take_record(cut);
  BOOST_REQUIRE(!taken);
  BOOST_TEST(taken.error().what == "a record that announces 6 bytes where 3 are left");
}

/// Passes arbitrary bytes to all functions that read frames; sanitizers find what is wrong.
std::size_t read_everything(Bytes bytes, Reassembler& reassembler) {
  const auto decoded = decode_frame(bytes, frame_max);
  if (!decoded) return 0;
  (void)decode_greeting(decoded->body);
  (void)decode_reason(decoded->body);
  std::size_t delivered = 0;
  if (reassembler.add(decoded->body))
    while (const auto message = reassembler.next_message()) delivered += message->size();
  return delivered;
}

BOOST_AUTO_TEST_CASE(survives_random_and_mutated_bytes_in_bounded_memory) {
  Rng rng(20261122);
  Reassembler reassembler(10'000);
  std::size_t decoded = 0;
  for (int round = 0; round < 20'000; ++round) {
    if (round % 16 == 0)
      reassembler = Reassembler(10'000);  // Otherwise most rounds would find an incomplete message.
    std::vector<std::byte> body;
    for (std::uint64_t records = rng.below(4); records > 0; --records)
      append_record(
          {static_cast<Record::Part>(rng.below(3) == 0 ? rng.below(4) : 0),
           static_cast<std::uint32_t>(rng.below(20'000)), std::vector<std::byte>(rng.below(200))},
          body);
    auto frame = encode_frame(some_header(), body);
    for (std::uint64_t changes = rng.below(4); changes > 0; --changes)
      frame[rng.below(frame.size())] = static_cast<std::byte>(rng.bits());
    if (rng.below(8) == 0) frame.resize(rng.below(frame.size() + 1));
    if (rng.below(8) == 0)
      std::ranges::generate(frame, [&] { return static_cast<std::byte>(rng.bits()); });
    const std::size_t delivered = read_everything(frame, reassembler);
    BOOST_REQUIRE(delivered <= 10'000 + frame.size());
    if (delivered > 0) ++decoded;
  }
  BOOST_TEST(decoded > 1000u);  // Enough frames stay intact to reach all branches.
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::transport
