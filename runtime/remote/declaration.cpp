#include "runtime/remote/declaration.hpp"

#include <utility>

#include "runtime/codec.hpp"
#include "runtime/remote/wire_header.hpp"

namespace troupe::runtime {

std::uint32_t DeclaredTypes::number(const MessageType* type) const {
  const auto found = numbers_.find(type);
  return found == numbers_.end() ? 0 : found->second;
}

std::string DeclaredTypes::declaration(const MessageType* type, std::uint32_t number) {
  std::string bytes;
  WireHeader{.kind = WireHeader::Kind::declare, .type = number}.append_to(bytes);
  return bytes + pack_named(Declaration{type->schema()});  // Nobody has to declare a declaration.
}

Result<void> PeerTypes::declare(std::uint32_t number, std::string_view body) {
  if (number != names_.size() + 1 || number > PeerSchemas::types_max)
    return Error{ErrorKind::bad_input, "a type is declared out of order"};
  auto declaration = unpack_named<Declaration>(body);
  if (!declaration) return declaration.error();
  if (declaration->types.empty()) return Error{ErrorKind::bad_input, "a declaration names a type"};
  std::string name = declaration->types.front().type;
  auto extended = std::make_shared<PeerSchemas>(*schemas_);
  for (TypeSchema& type : declaration->types)
    if (auto declared = extended->declare(std::move(type)); !declared) return declared.error();
  names_.push_back(std::move(name));
  schemas_ = std::move(extended);
  return {};
}

const std::string* PeerTypes::name(std::uint32_t number) const {
  return number == 0 || number > names_.size() ? nullptr : &names_[number - 1];
}

}  // namespace troupe::runtime
