#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/cell/message_type.hpp"
#include "runtime/core/check.hpp"
#include "runtime/core/field.hpp"
#include "runtime/core/result.hpp"
#include "runtime/schema.hpp"

namespace troupe::runtime {

/// Header of everything that a node sends to another node: 40 bytes, little-endian, followed by a
/// body. The link determines both nodes.
struct WireHeader {
  enum class Kind : std::uint8_t {
    declare,  ///< Assigns the number `type` to a message type. Body: Declaration.
    message,  ///< Message to the actor `to`; a question if `ask` is not 0. Body: the message.
    reply,    ///< Answer to the question `ask`. Body: the message.
    error,    ///< Answer to the question `ask`. `detail`: ErrorKind. Body: text.
    watch,    ///< Requests a `down` of the actor `to` for `from`, or an answer to `ask`.
    unwatch,  ///< Withdraws the watch of `from`.
    down,     ///< The actor `from` is gone; to the watcher `to`. `detail`: Cause. Body: text.
    stop,     ///< Stops the actor `to`.
  };
  static constexpr std::size_t bytes = 40;
  static constexpr std::uint8_t kind_last = static_cast<std::uint8_t>(Kind::stop);

  Kind kind = Kind::message;
  std::uint8_t detail = 0;
  std::uint32_t type = 0;  ///< Number under which the sender declared the body's type.
  std::uint64_t to = 0;    ///< Actor on the receiving node.
  std::uint64_t from = 0;  ///< Actor on the sending node.
  std::uint64_t ask = 0;   ///< Correlation id of the asking node.
  /// Nanoseconds that the sender of the question still waits when the message is sent; 0: forever.
  std::int64_t patience = 0;

  void append_to(std::string& out) const;
  /// Reads a header. None if the bytes do not start with a header of a known kind.
  static std::optional<WireHeader> read(std::string_view bytes);
  /// Overwrites the type in bytes that start with a header.
  static void set_type(std::span<char> bytes, std::uint32_t type);
};

/// Body of a `declare`: the schemas of a message and of every message in it, the outermost first.
struct Declaration {
  static constexpr std::string_view wire_name = "troupe.Declaration";
  std::vector<TypeSchema> types;
  static auto fields(auto& m) { return std::tuple{field("types", m.types)}; }
};

/// Types that this side has declared on a channel, numbered from 1.
class DeclaredTypes {
 public:
  /// Returns the number of a type; 0 if it was not declared.
  [[nodiscard]] std::uint32_t number(const MessageType* type) const;
  [[nodiscard]] std::uint32_t next_number() const {
    return static_cast<std::uint32_t>(numbers_.size()) + 1;
  }
  /// Assigns next_number() to a type.
  void add(const MessageType* type) {
    const bool added = numbers_.emplace(type, next_number()).second;
    check(added, "a type is declared once on a channel");
  }
  /// Returns the bytes that declare a type.
  [[nodiscard]] static std::string declaration(const MessageType* type, std::uint32_t number);

 private:
  std::map<const MessageType*, std::uint32_t> numbers_;
};

/// Types that the other side has declared on a channel. Each state is immutable and shared with the
/// messages that were received in it.
class PeerTypes {
 public:
  /// Adds a type. `bad_input`: the body is malformed, exceeds a limit or is out of order.
  Result<void> declare(std::uint32_t number, std::string_view body);
  /// Returns the wire name of a declared type; null if there is no such number.
  [[nodiscard]] const std::string* name(std::uint32_t number) const;
  [[nodiscard]] const std::shared_ptr<const PeerSchemas>& schemas() const { return schemas_; }

 private:
  std::vector<std::string> names_;
  std::shared_ptr<const PeerSchemas> schemas_ = std::make_shared<PeerSchemas>();
};

}  // namespace troupe::runtime
