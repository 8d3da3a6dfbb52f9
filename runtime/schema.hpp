#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/core/field.hpp"
#include "runtime/core/result.hpp"

namespace troupe::runtime {

/// Field names of a message type on one side of a link, in the order in which they are packed.
struct TypeSchema {
  static constexpr std::string_view wire_name = "TypeSchema";
  std::string type;  ///< The message's wire name.
  std::vector<std::string> names;
  static auto fields(auto& m) { return std::tuple{field("type", m.type), field("names", m.names)}; }
  friend bool operator==(const TypeSchema&, const TypeSchema&) = default;
};

/// The types that the other side of a link has declared: at most 1,024 types of 256 fields, with
/// names of at most 128 bytes.
class PeerSchemas {
 public:
  static constexpr std::size_t types_max = 1024;
  static constexpr std::size_t fields_max = 256;
  static constexpr std::size_t name_bytes_max = 128;

  /// Adds a type. `bad_input`: it exceeds a limit, or differs from an earlier declaration.
  Result<void> declare(TypeSchema schema);
  /// Returns the schema of a type; null if the peer has not declared it.
  [[nodiscard]] const TypeSchema* find(std::string_view type) const;
  [[nodiscard]] std::size_t size() const { return types_.size(); }

 private:
  std::map<std::string, TypeSchema, std::less<>> types_;
};

}  // namespace troupe::runtime
