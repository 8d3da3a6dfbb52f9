#include "actors/journal/row_checksum.hpp"

#include <array>
#include <string_view>

#include "actors/content_hash.hpp"

namespace troupe::actors::journal {

namespace {

void add_number(ContentHash& hash, std::uint64_t number) {
  std::array<char, sizeof number> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes.at(i) = static_cast<char>(number >> (8 * i));
  hash.add({bytes.data(), bytes.size()});
}

void add_text(ContentHash& hash, std::string_view text) {
  add_number(hash, text.size());
  hash.add(text);
}

}  // namespace

std::uint64_t checksum_of(const JournalMeta& meta) {
  ContentHash hash;
  for (const auto& [name, value] : meta) {
    add_text(hash, name);
    add_text(hash, value);
  }
  return hash.word();
}

std::uint64_t checksum_of(const Row& row, std::uint64_t before) {
  ContentHash hash;
  add_number(hash, before);
  add_number(hash, row.index);
  add_number(hash, static_cast<std::uint64_t>(row.time_us));
  for (const std::string* text : {&row.input, &row.decisions, &row.events}) add_text(hash, *text);
  return hash.word();
}

}  // namespace troupe::actors::journal
