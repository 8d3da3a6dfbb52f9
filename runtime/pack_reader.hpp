#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/core/result.hpp"

namespace troupe::runtime {

enum class PackKind { nil, boolean, integer, float64, text, array, map, extension, end };

/// Reads msgpack from untrusted bytes, item by item, without building a tree. Three limits hold for
/// any input: an array or map has no more items than bytes are left; the memory that the caller
/// announces with `charge` stays below 64 bytes for each byte of input, plus 4 KiB; values are
/// nested at most 64 levels deep.
///
/// The first error is kept: afterwards each read returns a zero value, and `kind` is `end`.
class PackReader {
 public:
  explicit PackReader(std::string_view bytes)
      : left_(bytes), budget_(4096 + 64 * static_cast<std::uint64_t>(bytes.size())) {}

  [[nodiscard]] bool ok() const { return error_.empty(); }
  [[nodiscard]] Error error() const { return {ErrorKind::bad_input, error_}; }
  void fail(std::string what);
  /// Prepends the message and the field to the error. Called while the callers return.
  void failed_in(std::string_view message, std::string_view field);

  /// Kind of the next item.
  [[nodiscard]] PackKind kind() const;

  void nil();
  [[nodiscard]] bool boolean();
  template <std::integral T>
  [[nodiscard]] T integer();
  [[nodiscard]] double float64();  ///< Also accepts an integer.
  /// The view is valid as long as the input.
  [[nodiscard]] std::string_view text();
  [[nodiscard]] std::size_t array();  ///< Returns the number of items that follow.
  [[nodiscard]] std::size_t map();    ///< Returns the number of pairs that follow.
  /// Skips one item and its content, in constant memory.
  void skip();
  /// Fails if bytes are left.
  void end();

  /// Announces that the caller will allocate `bytes`. False if that exceeds the limit.
  [[nodiscard]] bool charge(std::uint64_t bytes);
  /// Announces a nested value. False if that exceeds the depth limit. Paired with `leave`.
  [[nodiscard]] bool enter();
  void leave() { --depth_; }

 private:
  struct Head;  ///< The decoded first bytes of an item.

  [[nodiscard]] Head peek() const;
  bool take(PackKind expected, Head& head);
  [[nodiscard]] std::int64_t int64();
  [[nodiscard]] std::uint64_t uint64();
  void out_of_range(const std::string& value);

  std::string_view left_;
  std::uint64_t budget_;
  int depth_ = 0;
  std::string error_;
};

template <std::integral T>
T PackReader::integer() {
  const auto value = [this] {
    if constexpr (std::unsigned_integral<T>)
      return uint64();
    else
      return int64();
  }();
  if (std::in_range<T>(value)) return static_cast<T>(value);
  out_of_range(std::to_string(value));
  return 0;
}

}  // namespace troupe::runtime
