#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/core/result.hpp"
#include "transport/wire.hpp"

namespace troupe::transport {

/// Raised whenever two versions could not understand each other. Hellos and refusals keep their
/// layout for ever, so that each side can name the other's version.
inline constexpr std::uint16_t protocol_version = 2;

enum class FrameKind : std::uint8_t {
  hello = 1,  ///< From the dialer. Body: a greeting. `to` is 0 until the peer's id is known.
  welcome,    ///< Answers a hello to nobody. Body: a greeting.
  refusal,    ///< Ends the link. Body: the reason, a sentence.
  beat,       ///< Sign of life and acknowledgement. `sequence` is the next that will be sent. Body:
              ///< BeatTimes.
  data,       ///< Body: records.
  goodbye,    ///< The last of a sequence: its sender leaves. Body: the reason, a sentence.
};

/// On the wire: magic u32, version u16, kind u8, flags u8, from u64, to u64, sequence u64,
/// acknowledged u64, attempt u32, body size u32; all little-endian; then the body.
struct FrameHeader {
  static constexpr std::size_t size = 48;

  std::uint16_t version = protocol_version;
  FrameKind kind = FrameKind::beat;
  bool resend = false;      ///< Asks for everything from `acknowledged` on once more.
  bool bulk = false;        ///< Of the link's lane for large messages, which has its own numbers.
  bool wants_bulk = false;  ///< Asks the side that dials to open that lane.
  PeerId from = 0;
  PeerId to = 0;
  std::uint64_t sequence = 0;      ///< Data and goodbyes are numbered from 1.
  std::uint64_t acknowledged = 0;  ///< The first number that was not received yet.
  std::uint32_t attempt = 0;       ///< Of a hello: which dial of its sender this is, from 1.
};

struct Frame {
  FrameHeader header;
  Bytes body;
};

/// Reads a frame of any bytes. The body points into `bytes`. Frames of another version are read if
/// they are hellos or refusals.
Result<Frame> decode_frame(Bytes bytes, std::size_t frame_max, std::size_t bulk_frame_max);
inline Result<Frame> decode_frame(Bytes bytes, std::size_t frame_max) {
  return decode_frame(bytes, frame_max, frame_max);
}

/// Writes the first FrameHeader::size bytes of a frame of `frame_size` bytes.
void encode_header(const FrameHeader& header, std::span<std::byte> frame);

std::vector<std::byte> encode_frame(const FrameHeader& header, Bytes body);

/// Body of a hello and a welcome: name length u16, name, greeting.
struct Greeting {
  static constexpr std::size_t name_max = 255;
  static constexpr std::size_t payload_max = 64U << 10U;

  std::string_view name;
  Bytes payload;
};
Result<Greeting> decode_greeting(Bytes body);
std::vector<std::byte> encode_greeting(const Greeting& greeting);

/// Body of a beat.
struct BeatTimes {
  static constexpr std::size_t size = 16;

  std::uint64_t sent = 0;  ///< On its sender's clock, in ns; means something to its sender only.
  std::uint64_t echo = 0;  ///< The latest `sent` that came from the peer; 0: none yet.
};
Result<BeatTimes> decode_beat(Bytes body);
std::vector<std::byte> encode_beat(const BeatTimes& times);

/// Body of a refusal and a goodbye, cut to a length that a person would read.
std::string decode_reason(Bytes body);
Bytes encode_reason(std::string_view reason);

/// One entry of a data body: u32 whose upper two bits are the part and whose lower 30 are the size;
/// for the first part of several, the size of the whole message as u32; the bytes.
struct Record {
  enum class Part : std::uint8_t { whole, first, middle, last };
  static constexpr std::size_t header_max = 8;

  Part part = Part::whole;
  std::uint32_t total = 0;  ///< Of a first part: bytes of the whole message.
  Bytes bytes;
};
void append_record(const Record& record, std::vector<std::byte>& body);

/// What lies in front of a message that is alone and whole in its frame.
inline constexpr std::size_t bulk_headroom = FrameHeader::size + 4;
/// Writes it there: `frame` is the headroom and the message.
void encode_bulk_headroom(const FrameHeader& header, std::span<std::byte> frame);

/// Takes the first record off `body`; nullopt at its end.
Result<std::optional<Record>> take_record(Bytes& body);

}  // namespace troupe::transport
