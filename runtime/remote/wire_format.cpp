#include "runtime/remote/wire_format.hpp"

#include <bit>
#include <cstring>
#include <utility>

#include "runtime/codec.hpp"

namespace troupe::runtime {

namespace {

static_assert(std::endian::native == std::endian::little,
              "the header is copied to and from memory");

constexpr std::size_t type_offset = 4;

/// Layout of the header on the wire.
struct Layout {
  std::uint8_t kind;
  std::uint8_t detail;
  std::uint16_t reserved;
  std::uint32_t type;
  std::uint64_t to;
  std::uint64_t from;
  std::uint64_t ask;
  std::int64_t patience;
};
static_assert(sizeof(Layout) == WireHeader::bytes);
static_assert(offsetof(Layout, type) == type_offset);

}  // namespace

void WireHeader::append_to(std::string& out) const {
  const Layout layout{static_cast<std::uint8_t>(kind), detail, 0, type, to, from, ask, patience};
  const std::size_t at = out.size();
  out.resize(at + bytes);
  std::memcpy(out.data() + at, &layout, bytes);
}

std::optional<WireHeader> WireHeader::read(std::string_view bytes_in) {
  if (bytes_in.size() < bytes) return std::nullopt;
  Layout layout;
  std::memcpy(&layout, bytes_in.data(), bytes);
  if (layout.kind > kind_last) return std::nullopt;
  return WireHeader{static_cast<Kind>(layout.kind),
                    layout.detail,
                    layout.type,
                    layout.to,
                    layout.from,
                    layout.ask,
                    layout.patience};
}

void WireHeader::set_type(std::span<char> bytes_out, std::uint32_t type) {
  std::memcpy(bytes_out.data() + type_offset, &type, sizeof type);
}

std::uint32_t DeclaredTypes::number(const MessageType* type) const {
  const auto found = numbers_.find(type);
  return found == numbers_.end() ? 0 : found->second;
}

std::string DeclaredTypes::declaration(const MessageType* type, std::uint32_t number) {
  std::string bytes;
  WireHeader{.kind = WireHeader::Kind::declare, .type = number}.append_to(bytes);
  return bytes + pack_named(Declaration{type->schema()});  // The named form needs no declaration.
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
