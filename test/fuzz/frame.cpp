// Decodes arbitrary bytes as a frame, and its body as each kind of body.

#include "transport/frame.hpp"

#include "runtime/core/check.hpp"
#include "test/fuzz/input.hpp"

using namespace troupe;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t frame_max = 2048;
  constexpr std::size_t bulk_frame_max = 4096;
  const auto bytes = fuzz::as_bytes(fuzz::Input(data, size).rest());
  const auto frame = transport::decode_frame(bytes, frame_max, bulk_frame_max);
  if (!frame) return 0;
  check(frame->body.size() <= (frame->header.bulk ? bulk_frame_max : frame_max),
        "a frame over the limit is rejected");
  const auto again = transport::encode_frame(frame->header, frame->body);
  const auto read_again = transport::decode_frame(again, frame_max, bulk_frame_max);
  check(read_again.has_value() && read_again->header.bulk == frame->header.bulk &&
            read_again->header.wants_bulk == frame->header.wants_bulk,
        "a frame that was read can be written");

  if (const auto greeting = transport::decode_greeting(frame->body))
    check(greeting->name.size() + greeting->payload.size() <= frame->body.size(),
          "a greeting is inside its frame");
  // A control character is written as four characters.
  check(transport::decode_reason(frame->body).size() <= 4 * frame->body.size() + 16,
        "a reason is inside its frame");
  transport::Bytes records = frame->body;
  for (std::size_t left = records.size() + 1; !records.empty();) {
    const auto record = transport::take_record(records);
    if (!record || !*record) break;
    check(records.size() < left, "each record takes some of the body");
    left = records.size();
  }
  return 0;
}
