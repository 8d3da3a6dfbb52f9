#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/cell/message_type.hpp"
#include "runtime/core/field.hpp"
#include "runtime/core/result.hpp"
#include "runtime/schema.hpp"

namespace troupe::runtime {

/// The body of a `declare`: a message and every message that it contains, the outermost first.
struct Declaration {
  static constexpr std::string_view wire_name = "troupe.Declaration";
  std::vector<TypeSchema> types;
  static auto fields(auto& m) { return std::tuple{field("types", m.types)}; }
};

/// What this side has declared on a link: message types by number, counted from 1.
class DeclaredTypes {
 public:
  /// 0 if it was not declared.
  [[nodiscard]] std::uint32_t number(const MessageType* type) const;
  [[nodiscard]] std::uint32_t next_number() const {
    return static_cast<std::uint32_t>(numbers_.size()) + 1;
  }
  /// Under next_number().
  void add(const MessageType* type) { numbers_.emplace(type, next_number()); }
  /// What to send for it.
  [[nodiscard]] static std::string declaration(const MessageType* type, std::uint32_t number);

 private:
  std::map<const MessageType*, std::uint32_t> numbers_;
};

/// What the other side has declared. What it holds at a time is shared with the messages that came
/// so far, and never changes under them.
class PeerTypes {
 public:
  /// Refuses what is malformed, out of bounds or out of order.
  Result<void> declare(std::uint32_t number, std::string_view body);
  /// Null if there is no such number.
  [[nodiscard]] const std::string* name(std::uint32_t number) const;
  [[nodiscard]] const std::shared_ptr<const PeerSchemas>& schemas() const { return schemas_; }

 private:
  std::vector<std::string> names_;
  std::shared_ptr<const PeerSchemas> schemas_ = std::make_shared<PeerSchemas>();
};

}  // namespace troupe::runtime
