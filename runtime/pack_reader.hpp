#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "runtime/core/result.hpp"

namespace troupe::runtime {

enum class PackKind { nil, boolean, integer, real, text, array, map, extension, end };

/// Reads msgpack from any bytes, one item after the other, without building a tree: what six bytes
/// claim to hold is never allocated. Three bounds hold whatever the bytes are: an array or map
/// claims no more items than there are bytes left; what the caller builds (`charge`) stays below 64
/// bytes for each byte of input, plus 4 KiB; types that contain themselves go 64 levels deep.
///
/// The first error stands: after it every read gives a zero value and `kind` is `end`.
class PackReader {
 public:
  explicit PackReader(std::string_view bytes)
      : left_(bytes), budget_(4096 + 64 * static_cast<std::uint64_t>(bytes.size())) {}

  [[nodiscard]] bool ok() const { return error_.empty(); }
  [[nodiscard]] Error error() const { return {ErrorKind::bad_input, error_}; }
  void fail(std::string what);
  /// Puts "`where`: " in front of the error: callers name the place while they return.
  void failed_in(std::string_view message, std::string_view field);

  /// What comes next.
  [[nodiscard]] PackKind kind() const;

  void nil();
  [[nodiscard]] bool boolean();
  template <std::integral T>
  [[nodiscard]] T integer();
  [[nodiscard]] double real();  ///< An integer is taken as well.
  /// Valid as long as the input.
  [[nodiscard]] std::string_view text();
  [[nodiscard]] std::size_t array();  ///< The number of items that follow.
  [[nodiscard]] std::size_t map();    ///< The number of pairs that follow.
  /// Passes over one item with all that it holds, in constant memory.
  void skip();
  /// There is nothing left.
  void end();

  /// Announces that `bytes` will be allocated for what is read; false if that is too much.
  [[nodiscard]] bool charge(std::uint64_t bytes);
  /// Announces a value inside a value; false if that is too deep. Paired with `leave`.
  [[nodiscard]] bool enter();
  void leave() { --depth_; }

 private:
  struct Head;  ///< The first bytes of an item, decoded.

  [[nodiscard]] Head peek() const;
  bool take(PackKind expected, Head& head);
  [[nodiscard]] std::int64_t signed_integer();
  [[nodiscard]] std::uint64_t natural();
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
      return natural();
    else
      return signed_integer();
  }();
  if (std::in_range<T>(value)) return static_cast<T>(value);
  out_of_range(std::to_string(value));
  return 0;
}

}  // namespace troupe::runtime
