#include "transport/frame.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "runtime/core/printable.hpp"

namespace troupe::transport {
namespace {

constexpr std::uint32_t magic = 0x50525454;  // "TTRP"
constexpr std::size_t reason_max = 1024;     ///< Bytes.
constexpr std::uint32_t record_size_max = (1U << 30U) - 1;

constexpr std::size_t flags_offset = 7;
constexpr std::uint8_t resend_flag = 1;
constexpr std::uint8_t bulk_flag = 2;
constexpr std::uint8_t wants_bulk_flag = 4;

Error malformed(std::string what) {
  return {ErrorKind::bad_input, std::move(what)};
}

bool is_kind(std::uint8_t kind) {
  return kind >= static_cast<std::uint8_t>(FrameKind::hello) &&
         kind <= static_cast<std::uint8_t>(FrameKind::goodbye);
}

std::uint8_t flags_of(const FrameHeader& header) {
  return static_cast<std::uint8_t>((header.resend ? resend_flag : 0) |
                                   (header.bulk ? bulk_flag : 0) |
                                   (header.wants_bulk ? wants_bulk_flag : 0));
}

std::uint32_t record_word(Record::Part part, std::size_t size) {
  check(size <= record_size_max, "a record fits its size field");
  return static_cast<std::uint32_t>(size) | (static_cast<std::uint32_t>(part) << 30U);
}

}  // namespace

Result<Frame> decode_frame(Bytes bytes, std::size_t frame_max, std::size_t bulk_frame_max) {
  const bool bulk = bytes.size() > flags_offset &&
                    (load<std::uint8_t>(bytes.subspan(flags_offset)) & bulk_flag) != 0;
  const std::size_t size_max = bulk ? bulk_frame_max : frame_max;
  if (bytes.size() > size_max)
    return malformed("a frame of " + std::to_string(bytes.size()) + " bytes; at most " +
                     std::to_string(size_max) + " are taken");
  if (bytes.size() < FrameHeader::size)
    return malformed("a frame of " + std::to_string(bytes.size()) + " bytes; its header has " +
                     std::to_string(FrameHeader::size));
  if (load<std::uint32_t>(bytes) != magic)
    return malformed("a frame that does not start with \"TTRP\": not sent by a Troupe node");
  const auto version = load<std::uint16_t>(bytes.subspan(4));
  const auto kind_number = load<std::uint8_t>(bytes.subspan(6));
  const auto flags = load<std::uint8_t>(bytes.subspan(flags_offset));
  if (!is_kind(kind_number))
    return malformed("a frame of kind " + std::to_string(kind_number) + "; known are 1 to 6");
  const auto kind = static_cast<FrameKind>(kind_number);
  const bool has_fixed_layout = kind == FrameKind::hello || kind == FrameKind::refusal;
  if (version != protocol_version && !has_fixed_layout)
    return malformed("a frame of protocol version " + std::to_string(version) +
                     "; this node speaks " + std::to_string(protocol_version));
  const auto body_size = load<std::uint32_t>(bytes.subspan(44));
  if (body_size != bytes.size() - FrameHeader::size)
    return malformed("a frame that announces a body of " + std::to_string(body_size) +
                     " bytes and has " + std::to_string(bytes.size() - FrameHeader::size));
  return Frame{.header = {.version = version,
                          .kind = kind,
                          .resend = (flags & resend_flag) != 0,
                          .bulk = bulk,
                          .wants_bulk = (flags & wants_bulk_flag) != 0,
                          .from = load<std::uint64_t>(bytes.subspan(8)),
                          .to = load<std::uint64_t>(bytes.subspan(16)),
                          .sequence = load<std::uint64_t>(bytes.subspan(24)),
                          .acknowledged = load<std::uint64_t>(bytes.subspan(32)),
                          .attempt = load<std::uint32_t>(bytes.subspan(40))},
               .body = bytes.subspan(FrameHeader::size)};
}

void encode_header(const FrameHeader& header, std::span<std::byte> frame) {
  check(frame.size() >= FrameHeader::size, "a frame has room for its header");
  store(magic, frame);
  store(header.version, frame.subspan(4));
  store(static_cast<std::uint8_t>(header.kind), frame.subspan(6));
  store(flags_of(header), frame.subspan(flags_offset));
  store(header.from, frame.subspan(8));
  store(header.to, frame.subspan(16));
  store(header.sequence, frame.subspan(24));
  store(header.acknowledged, frame.subspan(32));
  store(header.attempt, frame.subspan(40));
  store(static_cast<std::uint32_t>(frame.size() - FrameHeader::size), frame.subspan(44));
}

std::vector<std::byte> encode_frame(const FrameHeader& header, Bytes body) {
  std::vector<std::byte> frame(FrameHeader::size + body.size());
  encode_header(header, frame);
  std::ranges::copy(body, frame.begin() + FrameHeader::size);
  return frame;
}

Result<Greeting> decode_greeting(Bytes body) {
  if (body.size() < 2) return malformed("a greeting without a name");
  const std::size_t name_size = load<std::uint16_t>(body);
  if (name_size > Greeting::name_max || body.size() - 2 < name_size)
    return malformed("a greeting that announces a name of " + std::to_string(name_size) +
                     " bytes; there are " + std::to_string(body.size() - 2) + ", at most " +
                     std::to_string(Greeting::name_max) + " are taken");
  const Bytes name = body.subspan(2, name_size);
  const Bytes payload = body.subspan(2 + name_size);
  if (payload.size() > Greeting::payload_max)
    return malformed("a greeting of " + std::to_string(payload.size()) + " bytes; at most " +
                     std::to_string(Greeting::payload_max) + " are taken");
  return Greeting{{reinterpret_cast<const char*>(name.data()), name.size()}, payload};
}

std::vector<std::byte> encode_greeting(const Greeting& greeting) {
  check(greeting.name.size() <= Greeting::name_max, "a node's name has at most 255 bytes");
  check(greeting.payload.size() <= Greeting::payload_max, "a greeting has at most 64 KiB");
  std::vector<std::byte> body(2 + greeting.name.size() + greeting.payload.size());
  store(static_cast<std::uint16_t>(greeting.name.size()), body);
  const auto name = std::as_bytes(std::span(greeting.name));
  const auto after = std::ranges::copy(name, body.begin() + 2).out;
  std::ranges::copy(greeting.payload, after);
  return body;
}

Result<BeatTimes> decode_beat(Bytes body) {
  if (body.size() != BeatTimes::size)
    return malformed("a beat with a body of " + std::to_string(body.size()) + " bytes; it has " +
                     std::to_string(BeatTimes::size));
  return BeatTimes{load<std::uint64_t>(body), load<std::uint64_t>(body.subspan(8))};
}

std::vector<std::byte> encode_beat(const BeatTimes& times) {
  std::vector<std::byte> body(BeatTimes::size);
  store(times.sent, body);
  store(times.echo, std::span(body).subspan(8));
  return body;
}

std::string decode_reason(Bytes body) {
  const Bytes text = body.first(std::min(body.size(), reason_max));
  return printable({reinterpret_cast<const char*>(text.data()), text.size()});
}

Bytes encode_reason(std::string_view reason) {
  return std::as_bytes(std::span(reason.substr(0, reason_max)));
}

void append_record(const Record& record, std::vector<std::byte>& body) {
  const std::size_t at = body.size();
  const std::size_t header = record.part == Record::Part::first ? 8 : 4;
  body.resize(at + header);
  store(record_word(record.part, record.bytes.size()), std::span(body).subspan(at));
  if (record.part == Record::Part::first) store(record.total, std::span(body).subspan(at + 4));
  body.insert(body.end(), record.bytes.begin(), record.bytes.end());
}

void encode_bulk_headroom(const FrameHeader& header, std::span<std::byte> frame) {
  check(frame.size() >= bulk_headroom, "a message of the bulk lane starts with its headroom");
  encode_header(header, frame);
  store(record_word(Record::Part::whole, frame.size() - bulk_headroom),
        frame.subspan(FrameHeader::size));
}

Result<std::optional<Record>> take_record(Bytes& body) {
  if (body.empty()) return std::optional<Record>();
  if (body.size() < 4)
    return malformed("a record's header of " + std::to_string(body.size()) + " bytes; it has 4");
  const auto word = load<std::uint32_t>(body);
  Record record{.part = static_cast<Record::Part>(word >> 30U), .total = 0, .bytes = {}};
  const std::size_t size = word & record_size_max;
  std::size_t header = 4;
  if (record.part == Record::Part::first) {
    header = 8;
    if (body.size() < header) return malformed("a first part without the size of its message");
    record.total = load<std::uint32_t>(body.subspan(4));
  }
  if (body.size() - header < size)
    return malformed("a record that announces " + std::to_string(size) + " bytes where " +
                     std::to_string(body.size() - header) + " are left");
  record.bytes = body.subspan(header, size);
  body = body.subspan(header + size);
  return std::optional<Record>(record);
}

}  // namespace troupe::transport
