#include "actors/study_file/memory_size.hpp"

#include <charconv>
#include <cmath>

namespace troupe::actors {
namespace {

/// Bytes of a unit; none if it is not known.
std::optional<double> unit_size(std::string_view unit) {
  if (unit.empty() || unit == "B") return 1;
  constexpr std::string_view letters = "KMGT";
  const char letter = unit.front() == 'k' ? 'K' : unit.front();
  const std::size_t power = letters.find(letter);
  if (power == letters.npos) return std::nullopt;
  const std::string_view rest = unit.substr(1);
  if (rest.empty() || rest == "i" || rest == "iB")
    return std::pow(1024.0, static_cast<double>(power + 1));
  if (rest == "B") return std::pow(1000.0, static_cast<double>(power + 1));
  return std::nullopt;
}

}  // namespace

std::optional<std::uint64_t> memory_size(std::string_view text) {
  constexpr double size_max = 0x1p62;
  double number = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc{} || !(number >= 0)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  while (text.starts_with(' ')) text.remove_prefix(1);
  const auto unit = unit_size(text);
  if (!unit || number * *unit > size_max) return std::nullopt;
  return static_cast<std::uint64_t>(number * *unit);
}

}  // namespace troupe::actors
