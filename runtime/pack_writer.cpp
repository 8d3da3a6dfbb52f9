#include "runtime/pack_writer.hpp"

#include <bit>
#include <limits>

#include <msgpack.hpp>

#include "runtime/core/check.hpp"

namespace troupe::runtime {
namespace {

struct Appender {
  std::string* out;
  void write(const char* bytes, std::size_t count) { out->append(bytes, count); }
};

std::uint32_t length(std::size_t count) {
  check(count <= std::numeric_limits<std::uint32_t>::max(), "msgpack counts in 32 bits");
  return static_cast<std::uint32_t>(count);
}

template <typename Write>
void append(std::string& out, Write write) {
  Appender appender{&out};
  msgpack::packer<Appender> packer(appender);
  write(packer);
}

}  // namespace

void PackWriter::nil() {
  append(*out_, [](auto& packer) { packer.pack_nil(); });
}

void PackWriter::boolean(bool value) {
  append(*out_, [&](auto& packer) { value ? packer.pack_true() : packer.pack_false(); });
}

void PackWriter::int64(std::int64_t value) {
  append(*out_, [&](auto& packer) { packer.pack_int64(value); });
}

void PackWriter::uint64(std::uint64_t value) {
  append(*out_, [&](auto& packer) { packer.pack_uint64(value); });
}

// Written without msgpack-c, whose pack_double converts whole numbers and -0.0 to integers.
void PackWriter::float64(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  char bytes[9] = {'\xcb'};
  for (int i = 0; i < 8; ++i) bytes[i + 1] = static_cast<char>(bits >> (56 - 8 * i) & 0xffU);
  out_->append(bytes, sizeof bytes);
}

void PackWriter::text(std::string_view value) {
  append(*out_, [&](auto& packer) {
    packer.pack_str(length(value.size()));
    packer.pack_str_body(value.data(), length(value.size()));
  });
}

void PackWriter::array(std::size_t items) {
  append(*out_, [&](auto& packer) { packer.pack_array(length(items)); });
}

void PackWriter::map(std::size_t pairs) {
  append(*out_, [&](auto& packer) { packer.pack_map(length(pairs)); });
}

}  // namespace troupe::runtime
