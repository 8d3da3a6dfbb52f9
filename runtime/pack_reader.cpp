#include "runtime/pack_reader.hpp"

#include <bit>

namespace troupe::runtime {
namespace {

constexpr int depth_max = 64;

std::string_view describe(PackKind kind) {
  switch (kind) {
    case PackKind::nil:
      return "nothing";
    case PackKind::boolean:
      return "a boolean";
    case PackKind::integer:
      return "an integer";
    case PackKind::float64:
      return "a number";
    case PackKind::text:
      return "a string";
    case PackKind::array:
      return "an array";
    case PackKind::map:
      return "a map";
    case PackKind::extension:
      return "an extension";
    case PackKind::end:
      break;
  }
  return "the end of the bytes";
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

/// Head of an item whose first byte holds everything.
template <typename Head>
Head one_byte_head(PackKind kind, std::uint64_t value, std::uint64_t count) {
  return {.kind = kind, .size = 1, .value = value, .count = count};
}

/// Head of an item with an unsigned number of `width` bytes after the first of `bytes`: its count
/// or its value. Of kind `end` if bytes are missing.
template <typename Head>
Head wide_head(std::string_view bytes, PackKind kind, std::size_t width, bool counts) {
  if (bytes.size() < 1 + width) return {};
  const std::uint64_t number = big_endian(bytes.substr(1, width));
  Head head{.kind = kind, .size = 1 + width};
  (counts ? head.count : head.value) = number;
  return head;
}

/// Head of a two's complement integer of `width` bytes.
template <typename Head>
Head signed_head(std::string_view bytes, std::size_t width) {
  Head head = wide_head<Head>(bytes, PackKind::integer, width, false);
  const std::uint64_t sign = std::uint64_t{1} << (8 * width - 1);
  head.negative = (head.value & sign) != 0;
  head.value = (head.value ^ sign) - sign;
  return head;
}

}  // namespace

/// `value`: the integer, or the bits of the double. `count`: the items of an array, the pairs of a
/// map, or the bytes of a text or extension. `size`: the bytes of the head.
struct PackReader::Head {
  PackKind kind = PackKind::end;
  std::size_t size = 0;
  std::uint64_t value = 0;
  bool negative = false;
  std::uint64_t count = 0;
};

PackReader::Head PackReader::peek() const {
  if (left_.empty()) return {};
  const auto first = static_cast<unsigned char>(left_[0]);
  Head head;
  const auto small = one_byte_head<Head>;
  const auto number = [&](PackKind kind, std::size_t width, bool counts) {
    return wide_head<Head>(left_, kind, width, counts);
  };

  if (first <= 0x7f) return small(PackKind::integer, first, 0);
  if (first <= 0x8f) return small(PackKind::map, 0, first & 0x0fU);
  if (first <= 0x9f) return small(PackKind::array, 0, first & 0x0fU);
  if (first <= 0xbf) return small(PackKind::text, 0, first & 0x1fU);
  if (first >= 0xe0) {
    head = small(PackKind::integer, static_cast<std::uint64_t>(std::int64_t{first} - 256), 0);
    head.negative = true;
    return head;
  }
  switch (first) {
    case 0xc0:
      return small(PackKind::nil, 0, 0);
    case 0xc2:
    case 0xc3:
      return small(PackKind::boolean, first & 1U, 0);
    case 0xc4:
    case 0xc5:
    case 0xc6:
      return number(PackKind::text, std::size_t{1} << (first - 0xc4U), true);
    case 0xc7:
    case 0xc8:
    case 0xc9:
      head = number(PackKind::extension, std::size_t{1} << (first - 0xc7U), true);
      ++head.count;  // The extension's type.
      return head;
    case 0xca:
      head = number(PackKind::float64, 4, false);
      head.value = std::bit_cast<std::uint64_t>(
          double{std::bit_cast<float>(static_cast<std::uint32_t>(head.value))});
      return head;
    case 0xcb:
      return number(PackKind::float64, 8, false);
    case 0xcc:
    case 0xcd:
    case 0xce:
    case 0xcf:
      return number(PackKind::integer, std::size_t{1} << (first - 0xccU), false);
    case 0xd0:
    case 0xd1:
    case 0xd2:
    case 0xd3:
      return signed_head<Head>(left_, std::size_t{1} << (first - 0xd0U));
    case 0xd4:
    case 0xd5:
    case 0xd6:
    case 0xd7:
    case 0xd8:
      return small(PackKind::extension, 0, 1 + (std::uint64_t{1} << (first - 0xd4U)));
    case 0xd9:
    case 0xda:
    case 0xdb:
      return number(PackKind::text, std::size_t{1} << (first - 0xd9U), true);
    case 0xdc:
    case 0xdd:
      return number(PackKind::array, std::size_t{2} << (first - 0xdcU), true);
    case 0xde:
    case 0xdf:
      return number(PackKind::map, std::size_t{2} << (first - 0xdeU), true);
    default:
      return {};  // 0xc1 was never assigned.
  }
}

void PackReader::fail(std::string what) {
  if (ok()) error_ = what.empty() ? "unreadable" : std::move(what);
  left_ = {};
}

void PackReader::failed_in(std::string_view message, std::string_view field) {
  error_ = std::string(message) + "." + std::string(field) + ": " + error_;
}

PackKind PackReader::kind() const {
  return peek().kind;
}

/// Passes over the head of an item that is `expected`; fails if it is another, or if it claims to
/// hold more than there is.
bool PackReader::take(PackKind expected, Head& head) {
  head = peek();
  if (head.kind != expected) {
    fail("expected " + std::string(describe(expected)) + ", found " +
         std::string(describe(head.kind)));
    head = {};
    return false;
  }
  const std::uint64_t least = head.kind == PackKind::map ? 2 * head.count : head.count;
  if (least > left_.size() - head.size) {
    fail(std::string(describe(head.kind)) + " claims to be longer than the bytes");
    head = {};
    return false;
  }
  left_.remove_prefix(head.size);
  return true;
}

void PackReader::nil() {
  Head head;
  (void)take(PackKind::nil, head);
}

bool PackReader::boolean() {
  Head head;
  return take(PackKind::boolean, head) && head.value != 0;
}

std::int64_t PackReader::int64() {
  Head head;
  if (!take(PackKind::integer, head)) return 0;
  if (head.negative || std::in_range<std::int64_t>(head.value))
    return static_cast<std::int64_t>(head.value);
  out_of_range(std::to_string(head.value));
  return 0;
}

std::uint64_t PackReader::uint64() {
  Head head;
  if (!take(PackKind::integer, head)) return 0;
  if (!head.negative) return head.value;
  out_of_range(std::to_string(static_cast<std::int64_t>(head.value)));
  return 0;
}

void PackReader::out_of_range(const std::string& value) {
  fail(value + " is out of range");
}

double PackReader::float64() {
  Head head;
  if (kind() == PackKind::integer && take(PackKind::integer, head))
    return head.negative ? static_cast<double>(static_cast<std::int64_t>(head.value))
                         : static_cast<double>(head.value);
  return take(PackKind::float64, head) ? std::bit_cast<double>(head.value) : 0;
}

std::string_view PackReader::text() {
  Head head;
  if (!take(PackKind::text, head)) return {};
  const std::string_view found = left_.substr(0, head.count);
  left_.remove_prefix(head.count);
  return found;
}

std::size_t PackReader::array() {
  Head head;
  (void)take(PackKind::array, head);
  return head.count;
}

std::size_t PackReader::map() {
  Head head;
  (void)take(PackKind::map, head);
  return head.count;
}

void PackReader::skip() {
  for (std::uint64_t items = 1; items > 0; --items) {
    Head head = peek();
    if (head.kind == PackKind::end) return fail("the bytes end inside a value");
    if (!take(head.kind, head)) return;
    switch (head.kind) {
      case PackKind::text:
      case PackKind::extension:
        left_.remove_prefix(head.count);
        break;
      case PackKind::array:
        items += head.count;
        break;
      case PackKind::map:
        items += 2 * head.count;
        break;
      default:
        break;
    }
  }
}

void PackReader::end() {
  if (ok() && !left_.empty()) fail(std::to_string(left_.size()) + " bytes too many");
}

bool PackReader::charge(std::uint64_t bytes) {
  if (!ok()) return false;
  if (bytes > budget_) {
    fail("it would take more than 64 times the memory of its bytes");
    return false;
  }
  budget_ -= bytes;
  return true;
}

bool PackReader::enter() {
  if (++depth_ <= depth_max) return true;
  fail("nested more than 64 levels deep");
  return false;
}

}  // namespace troupe::runtime
