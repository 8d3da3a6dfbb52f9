#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace troupe::runtime {

/// In front of everything that a node sends another: 40 bytes, little-endian, then a body. Both
/// nodes are known from the link.
struct WireHeader {
  enum class Kind : std::uint8_t {
    declare,  ///< Type number `type` from now on is what the body names: see Declaration.
    message,  ///< To the actor `to`; a question if there is an `ask`. Body: the message.
    reply,    ///< To the question `ask`. Body: the message.
    error,    ///< To the question `ask`. `detail`: ErrorKind. Body: text.
    watch,    ///< `from` (or `ask`) wants to know when `to` is gone.
    unwatch,  ///< `from` does not any more.
    down,     ///< `from` is gone, for the watcher `to` or `ask`. `detail`: Cause. Body: text.
    stop,     ///< `to` shall end in order.
  };
  static constexpr std::size_t bytes = 40;
  static constexpr std::uint8_t kind_last = static_cast<std::uint8_t>(Kind::stop);

  Kind kind = Kind::message;
  std::uint8_t detail = 0;
  std::uint32_t type = 0;  ///< Number of the body's type, as declared by the sender.
  std::uint64_t to = 0;    ///< Actor of the receiving node.
  std::uint64_t from = 0;  ///< Actor of the sending node.
  std::uint64_t ask = 0;   ///< Of the asking node, which alone can read it.
  std::int64_t patience =
      0;  ///< Nanoseconds that the asker still waits, when this was sent; 0: no end.

  void append_to(std::string& out) const;
  /// Nothing if the bytes do not start with a header of a known kind.
  static std::optional<WireHeader> read(std::string_view bytes);
  /// Writes the type's number into bytes that start with a header.
  static void set_type(std::span<char> bytes, std::uint32_t type);
};

}  // namespace troupe::runtime
