#include "runtime/remote/wire_header.hpp"

#include <bit>
#include <cstring>

namespace troupe::runtime {
namespace {

static_assert(std::endian::native == std::endian::little,
              "fields are copied as they lie in memory");

constexpr std::size_t type_offset = 4;

/// The header as it lies on the wire.
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

}  // namespace troupe::runtime
