#include "actors/trial/cut_number.hpp"

#include <algorithm>
#include <cstddef>

namespace troupe::actors {
namespace {

constexpr std::string_view digits = "0123456789";

/// Size of what continues the number `matched` in `rest`; 0: nothing does.
std::size_t continuation(std::string_view matched, std::string_view rest) {
  const auto end_of_digits = [&](std::size_t at) {
    const std::size_t end = std::min(rest.find_first_not_of(digits, at), rest.size());
    return end > at ? end : std::size_t{0};
  };
  if (rest.empty()) return 0;
  if (rest[0] == 'e' || rest[0] == 'E') {
    const bool sign = rest.size() > 1 && (rest[1] == '-' || rest[1] == '+');
    return end_of_digits(sign ? 2 : 1);
  }
  const bool is_whole = matched.find_first_of(".eE") == matched.npos;
  return is_whole && (rest[0] == '.' || rest[0] == ',') ? end_of_digits(1) : 0;
}

}  // namespace

std::optional<CutNumber> cut_number(const LinePattern::Group& group,
                                    const std::vector<LinePattern::Group>& groups,
                                    std::string_view line) {
  if (group.text.empty() || digits.find(group.text.back()) == digits.npos) return std::nullopt;
  const std::size_t end = group.at + group.text.size();
  const std::size_t more = continuation(group.text, line.substr(end));
  const bool is_read = std::ranges::any_of(groups, [&](const LinePattern::Group& other) {
    return other.at > end && other.at < end + more;
  });
  if (more == 0 || is_read) return std::nullopt;
  using Rest = CutNumber::Rest;
  const char mark = line[end];
  return CutNumber{mark == '.'   ? Rest::fraction
                   : mark == ',' ? Rest::comma
                                 : Rest::exponent,
                   group.text, line.substr(group.at, group.text.size() + more)};
}

}  // namespace troupe::actors
