#include "actors/journal/log_check.hpp"

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace troupe::actors::journal {

namespace {

// https://www.sqlite.org/fileformat2.html, section 4: the write-ahead log.
constexpr std::size_t header_bytes = 32;
constexpr std::size_t frame_header_bytes = 24;
constexpr std::uint32_t magic = 0x377f0682;  ///< Plus 1 if checksums are of big-endian words.

using Checksum = std::pair<std::uint32_t, std::uint32_t>;

std::uint32_t word(std::string_view bytes, std::size_t at, bool big_endian = true) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t byte = at + (big_endian ? i : 3 - i);
    value = value << 8 | static_cast<unsigned char>(bytes[byte]);
  }
  return value;
}

/// A log in memory.
class Log {
 public:
  explicit Log(std::string_view bytes) : bytes_(bytes) {
    if (bytes.size() < header_bytes) return;
    big_endian_ = (word(bytes, 0) & 1) != 0;
    page_bytes_ = word(bytes, 8);
    const bool sized =
        page_bytes_ >= 512 && page_bytes_ <= 65536 && (page_bytes_ & (page_bytes_ - 1)) == 0;
    valid_ = (word(bytes, 0) & ~1U) == magic && sized &&
             sum(bytes.substr(0, header_bytes - 8), {}) == stored(header_bytes - 8);
  }

  [[nodiscard]] bool has_valid_header() const { return valid_; }
  [[nodiscard]] std::size_t frames() const {
    return (bytes_.size() - header_bytes) / (frame_header_bytes + page_bytes_);
  }
  /// The frame was written since the log was restarted.
  [[nodiscard]] bool is_current(std::size_t frame) const {
    return bytes_.substr(start(frame) + 8, 8) == bytes_.substr(16, 8);
  }
  /// The frame is current and ends a transaction. False if a power cut may have mixed the mark of
  /// an earlier frame at this place with a later header.
  [[nodiscard]] bool is_commit(std::size_t frame) const {
    constexpr std::size_t sector = 512;
    const std::size_t at = start(frame);
    const bool whole = at / sector == (at + 15) / sector || follows(frame);
    return whole && is_current(frame) && word(bytes_, at + 4) != 0;
  }
  /// Where the frame starts in the file.
  [[nodiscard]] std::size_t start(std::size_t frame) const {
    return header_bytes + frame * (frame_header_bytes + page_bytes_);
  }
  /// Number of the page that the frame holds.
  [[nodiscard]] std::uint32_t page(std::size_t frame) const { return word(bytes_, start(frame)); }
  /// The checksum of the frame continues that of the frame before it.
  [[nodiscard]] bool follows(std::size_t frame) const {
    if (!is_current(frame)) return false;
    const std::size_t at = start(frame);
    const Checksum before = stored(frame == 0 ? header_bytes - 8 : start(frame - 1) + 16);
    const Checksum header = sum(bytes_.substr(at, 8), before);
    return sum(bytes_.substr(at + frame_header_bytes, page_bytes_), header) == stored(at + 16);
  }

 private:
  [[nodiscard]] Checksum stored(std::size_t at) const {
    return {word(bytes_, at), word(bytes_, at + 4)};
  }
  [[nodiscard]] Checksum sum(std::string_view bytes, Checksum checksum) const {
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
      checksum.first += word(bytes, at, big_endian_) + checksum.second;
      checksum.second += word(bytes, at + 4, big_endian_) + checksum.first;
    }
    return checksum;
  }

  std::string_view bytes_;
  std::uint32_t page_bytes_ = 0;
  bool big_endian_ = false;
  bool valid_ = false;
};

/// A frame that is no longer as it was written, of a log with this header.
struct Damage {
  std::string header;
  std::size_t frame;
  std::string what;
  bool operator==(const Damage&) const = default;
};

std::optional<Damage> damage_in(const std::string& log_file) {
  std::ifstream in(log_file, std::ios::binary | std::ios::ate);
  std::string bytes(in ? static_cast<std::size_t>(in.tellg()) : 0, '\0');
  in.seekg(0).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (bytes.find_first_not_of('\0') == std::string::npos) return {};
  const std::string header = bytes.substr(0, header_bytes);
  const Log log(bytes);
  if (!log.has_valid_header()) return Damage{header, 0, "its header does not match its checksum"};
  std::size_t end = 0;
  while (end < log.frames() && log.follows(end)) ++end;
  for (std::size_t frame = end + 1; frame < log.frames(); ++frame)
    if (log.is_commit(frame - 1) && log.is_current(frame))
      return Damage{
          header, end,
          "page " + std::to_string(log.page(end)) + " in frame " + std::to_string(end) +
              " does not match its checksum, and later transactions were committed; to go on "
              "with the rows before it: truncate -s " +
              std::to_string(log.start(end)) + " " + log_file};
  return {};
}

}  // namespace

Result<void> check_log(const std::string& path) {
  const std::string log_file = path + "-wal";
  const auto found = damage_in(log_file);
  // A writer may have written both before and behind what was read. Then the same frame is right
  // when it is read again.
  if (!found || damage_in(log_file) != found) return {};
  return Error{ErrorKind::io,
               log_file + " is damaged, so committed rows would be missing: " + found->what};
}

}  // namespace troupe::actors::journal
