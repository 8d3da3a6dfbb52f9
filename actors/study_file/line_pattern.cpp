#include "actors/study_file/line_pattern.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

// std::regex recurses for each character of a line, and this code runs on small stacks. PCRE2 keeps
// its state on the heap and bounds its steps.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "runtime/core/check.hpp"

namespace troupe::actors {
namespace {

constexpr std::uint32_t steps_max =
    1'000'000;  ///< About 10 ms; a line that needs more does not match.
constexpr std::uint32_t heap_kib_max = 64 * 1024;
constexpr std::size_t expression_max = 65'536;  ///< Bytes.

template <auto Free>
struct Freed {
  template <typename Thing>
  void operator()(Thing* thing) const {
    Free(thing);
  }
};
using Code = std::unique_ptr<pcre2_code, Freed<&pcre2_code_free>>;
using CompileContext = std::unique_ptr<pcre2_compile_context, Freed<&pcre2_compile_context_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, Freed<&pcre2_match_context_free>>;
using MatchData = std::unique_ptr<pcre2_match_data, Freed<&pcre2_match_data_free>>;

struct NumberedGroup {
  std::uint32_t number = 0;
  std::string name;
  bool behind_minus = false;
};

/// Whether a minus sign of the expression is directly before the group, as in "-(?<loss>".
bool is_behind_minus(std::string_view expression, const std::string& name) {
  for (const char* const open : {"-(?<", "-(?P<", "-(?'"})
    for (const char* const close : {">", "'"})
      if (expression.find(open + name + close) != expression.npos) return true;
  return false;
}

/// The named groups, in order of their appearance.
std::vector<NumberedGroup> groups_of(const pcre2_code* code) {
  std::uint32_t count = 0;
  std::uint32_t entry_size = 0;
  PCRE2_SPTR table = nullptr;
  (void)pcre2_pattern_info(code, PCRE2_INFO_NAMECOUNT, &count);
  if (count == 0) return {};
  (void)pcre2_pattern_info(code, PCRE2_INFO_NAMEENTRYSIZE, &entry_size);
  (void)pcre2_pattern_info(code, PCRE2_INFO_NAMETABLE, &table);
  std::vector<NumberedGroup> groups;
  for (std::uint32_t i = 0; i < count; ++i, table += entry_size)  // Two bytes of number, the name.
    groups.push_back({static_cast<std::uint32_t>(table[0]) << 8 | table[1],
                      reinterpret_cast<const char*>(table + 2), false});
  std::ranges::sort(groups, {}, &NumberedGroup::number);
  return groups;
}

/// The message of a PCRE2 error with its place, as in "quantifier does not follow a repeatable
/// item, at character 5, before '*b'".
std::string problem_text(std::string_view expression, int code, std::size_t offset) {
  std::array<char, 256> buffer{};
  (void)pcre2_get_error_message(code, reinterpret_cast<PCRE2_UCHAR*>(buffer.data()), buffer.size());
  const std::string what(buffer.data());
  if (offset >= expression.size()) return what + ", at its end";
  constexpr std::size_t shown_max = 20;
  return what + ", at character " + std::to_string(offset + 1) + ", before '" +
         std::string(expression.substr(offset, shown_max)) + "'";
}

/// The name of the group that ends before `offset`; for PCRE2's error about a repeated name.
std::string_view name_before(std::string_view expression, std::size_t offset) {
  const std::string_view before = expression.substr(0, offset);
  const std::size_t open = before.find_last_of("<'");
  const std::string_view name = before.substr(std::min(open + 1, before.size()));
  return name.substr(0, std::min(name.find_first_of(">'"), name.size()));
}

}  // namespace

struct LinePattern::Compiled {
  Code code;
  MatchContext limits;
  std::vector<NumberedGroup> groups;
  std::vector<std::string> names;
  MatchData match;  ///< Of the last call.
};

LinePattern::LinePattern(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
LinePattern::LinePattern(LinePattern&&) noexcept = default;
LinePattern& LinePattern::operator=(LinePattern&&) noexcept = default;
LinePattern::~LinePattern() = default;

Result<LinePattern> LinePattern::compile(std::string_view expression) {
  const CompileContext context(pcre2_compile_context_create(nullptr));
  check(context != nullptr, "there is memory for a regular expression");
  (void)pcre2_set_max_pattern_length(context.get(), expression_max);
  int error = 0;
  std::size_t offset = 0;
  auto compiled = std::make_unique<Compiled>();
  compiled->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(expression.data()),
                                     expression.size(), PCRE2_NEVER_BACKSLASH_C, &error, &offset,
                                     context.get()));
  if (compiled->code == nullptr) {
    if (error == PCRE2_ERROR_DUPLICATE_SUBPATTERN_NAME)
      return Error{ErrorKind::bad_input,
                   "two groups are named '" + std::string(name_before(expression, offset)) + "'"};
    return Error{ErrorKind::bad_input, problem_text(expression, error, offset)};
  }
  compiled->limits.reset(pcre2_match_context_create(nullptr));
  check(compiled->limits != nullptr, "there is memory for a regular expression");
  (void)pcre2_set_match_limit(compiled->limits.get(), steps_max);
  (void)pcre2_set_heap_limit(compiled->limits.get(), heap_kib_max);
  compiled->match.reset(pcre2_match_data_create_from_pattern(compiled->code.get(), nullptr));
  check(compiled->match != nullptr, "there is memory for a match");
  compiled->groups = groups_of(compiled->code.get());
  for (NumberedGroup& group : compiled->groups) {
    group.behind_minus = is_behind_minus(expression, group.name);
    compiled->names.push_back(group.name);
  }
  return LinePattern(std::move(compiled));
}

const std::vector<std::string>& LinePattern::names() const {
  return compiled_->names;
}

std::optional<std::vector<LinePattern::Group>> LinePattern::match(std::string_view line) const {
  pcre2_match_data* const match = compiled_->match.get();
  // An error counts as no match; so does a line that needs too many steps.
  const int taken = pcre2_match(compiled_->code.get(), reinterpret_cast<PCRE2_SPTR>(line.data()),
                                line.size(), 0, 0, match, compiled_->limits.get());
  if (taken < 0) return std::nullopt;
  const std::span ends(pcre2_get_ovector_pointer(match),
                       2 * std::size_t{pcre2_get_ovector_count(match)});
  std::vector<Group> groups;
  for (const auto& [number, name, behind_minus] : compiled_->groups) {
    const std::size_t from = ends[2 * std::size_t{number}];
    const std::size_t to = ends[2 * std::size_t{number} + 1];
    if (from != PCRE2_UNSET && from <= to)
      groups.push_back({name, line.substr(from, to - from), from, behind_minus});
  }
  return groups;
}

}  // namespace troupe::actors
