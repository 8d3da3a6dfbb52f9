#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/core/check.hpp"
#include "runtime/core/result.hpp"
#include "transport/wire.hpp"

namespace troupe::transport {

/// The unsigned integer in the first bytes of `from`, lowest byte first.
template <std::unsigned_integral T>
T load(std::span<const std::byte> from) {
  check(from.size() >= sizeof(T), "an integer is read from enough bytes");
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)  // Compiles to one load.
    value = static_cast<T>(value | (std::to_integer<T>(from[i]) << (8 * i)));
  return value;
}

/// Writes `value` to the first bytes of `to`, lowest byte first.
template <std::unsigned_integral T>
void store(T value, std::span<std::byte> to) {
  check(to.size() >= sizeof(T), "an integer is written to enough bytes");
  for (std::size_t i = 0; i < sizeof(T); ++i) to[i] = static_cast<std::byte>(value >> (8 * i));
}

/// Is raised when two versions cannot understand each other. The layout of hellos and refusals
/// never changes, so that each side can name the other's version.
inline constexpr std::uint16_t protocol_version = 3;

enum class FrameKind : std::uint8_t {
  hello = 1,  ///< From the dialer. Body: a greeting. `to` is 0 until the peer's id is known.
  welcome,    ///< Answers a hello to nobody. Body: a greeting.
  refusal,    ///< Ends the link. Body: the reason, a sentence.
  beat,       ///< Heartbeat. `sequence`: number of the next new frame. Body: BeatTimes.
  data,       ///< Body: records.
  goodbye,    ///< The last frame of a stream: its sender leaves. Body: the reason, a sentence.
};

/// The header of a frame. On the wire: magic u32, version u16, kind u8, flags u8, from u64, to u64,
/// sequence u64, acknowledged u64, attempt u32, body size u32, all little-endian; then the body.
struct FrameHeader {
  static constexpr std::size_t size = 48;

  std::uint16_t version = protocol_version;
  FrameKind kind = FrameKind::beat;
  bool resend = false;      ///< Asks for all frames from `acknowledged` on again.
  bool bulk = false;        ///< Belongs to the bulk lane, whose frames are numbered apart.
  bool wants_bulk = false;  ///< Asks the dialer to open the bulk lane.
  PeerId from = 0;
  PeerId to = 0;
  std::uint64_t sequence = 0;      ///< Number of a data frame or goodbye in its stream, from 1.
  std::uint64_t acknowledged = 0;  ///< All frames of the peer below this number were received.
  std::uint32_t attempt = 0;       ///< Number of the sender's dial, from 1.
};

struct Frame {
  FrameHeader header;
  Bytes body;
};

/// Reads a frame from untrusted bytes. The body points into `bytes`. Of another protocol version
/// only hellos and refusals are read. The limits are bytes of a frame of the ordinary and the bulk
/// lane.
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

  std::uint64_t sent = 0;  ///< When it was sent, in ns on the sender's clock.
  std::uint64_t echo = 0;  ///< The latest `sent` that the peer sent; 0: none yet.
};
Result<BeatTimes> decode_beat(Bytes body);
std::vector<std::byte> encode_beat(const BeatTimes& times);

/// Body of a refusal and a goodbye: at most 1,024 bytes of text. Control characters are read as
/// '?'.
std::string decode_reason(Bytes body);
Bytes encode_reason(std::string_view reason);

/// One message, or one part of a message, in the body of a data frame. On the wire: u32, whose
/// upper two bits are the part and whose lower 30 are the size; if the part is `first`, the size of
/// the whole message as u32; then the bytes.
struct Record {
  enum class Part : std::uint8_t { whole, first, middle, last };
  static constexpr std::size_t header_max = 8;

  Part part = Part::whole;
  std::uint32_t total = 0;  ///< Bytes of the whole message, if the part is `first`.
  Bytes bytes;
};
void append_record(const Record& record, std::vector<std::byte>& body);

/// Bytes of the headers in front of a message that has a frame of its own.
inline constexpr std::size_t bulk_headroom = FrameHeader::size + 4;
/// Writes those headers. `frame`: the headroom, then the message.
void encode_bulk_headroom(const FrameHeader& header, std::span<std::byte> frame);

/// Removes the first record from `body` and returns it; nullopt if `body` is empty.
Result<std::optional<Record>> take_record(Bytes& body);

}  // namespace troupe::transport
