#include "actors/study_file/pattern_reach.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>

namespace troupe::actors {
namespace {

constexpr std::string_view needs_line_break =
    "it needs a line break, but each line is matched by itself, without its end; for values on "
    "several lines, give report.patterns one pattern for each line";
constexpr std::string_view needs_escape =
    "it needs an escape character, but escape sequences (colours) are removed from a line before "
    "it is matched";

/// Walks over an expression in PCRE2's syntax and finds characters that every match needs. Knows
/// what is needed to tell a required character from an optional or excluded one.
class Walk {
 public:
  explicit Walk(std::string_view expression) : rest_(expression) {}

  /// Why the expression matches no line; empty if it may match one.
  std::string_view alternatives() {
    std::string_view why = branch();
    while (!rest_.empty() && rest_.front() == '|') {
      rest_.remove_prefix(1);
      const std::string_view other = branch();
      if (other.empty()) why = other;
    }
    return why;
  }

 private:
  static std::string_view why(int character) {
    if (character == '\n' || character == '\r') return needs_line_break;
    return character == '\x1b' ? needs_escape : std::string_view();
  }

  std::string_view branch() {
    std::string_view found;
    while (!rest_.empty() && rest_.front() != '|' && rest_.front() != ')') {
      const std::string_view needed = item();
      const bool optional = may_be_left_out();
      if (found.empty() && !optional) found = needed;
    }
    return found;
  }

  std::string_view item() {
    const char c = take();
    if (c == '(') return group();
    if (c == '[') return character_class();
    if (c == '\\') return escaped();
    if (extended_ && c == '#') {
      skip_behind('\n');
      return {};
    }
    return extended_ ? std::string_view() : why(c);
  }

  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  void skip_behind(char end) {
    rest_.remove_prefix(std::min(rest_.find(end), rest_.size() - 1) + 1);
  }

  /// Reads a quantifier. Whether it allows no repetition at all.
  bool may_be_left_out() {
    if (rest_.empty()) return false;
    bool none = rest_.front() == '*' || rest_.front() == '?';
    if (none || rest_.front() == '+') {
      take();
    } else if (rest_.front() == '{' && rest_.size() > 1 &&
               (std::string_view("0123456789,").find(rest_[1]) != std::string_view::npos)) {
      const std::string_view bounds = rest_.substr(1, rest_.find('}') - 1);
      none = bounds.substr(0, bounds.find(',')).find_first_not_of('0') == bounds.npos;
      skip_behind('}');
    } else {
      return false;
    }
    if (!rest_.empty() && (rest_.front() == '?' || rest_.front() == '+')) take();
    return none;
  }

  std::string_view group() {
    bool counts = true;
    if (rest_.starts_with("*") || rest_.starts_with("?#")) {
      skip_behind(')');
      return {};
    }
    if (rest_.starts_with("?")) {
      counts = !rest_.starts_with("?!") && !rest_.starts_with("?<!") && !rest_.starts_with("?(");
      if (rest_.starts_with("?("))
        skip_behind(')');
      else if (rest_.starts_with("?<") || rest_.starts_with("?P<") || rest_.starts_with("?'"))
        skip_group_name();
      else
        skip_flags();
    }
    const std::string_view found = alternatives();
    if (!rest_.empty()) take();  // The closing parenthesis.
    return counts ? found : std::string_view();
  }

  void skip_group_name() {
    if (rest_.starts_with("?<=") || rest_.starts_with("?<!")) return rest_.remove_prefix(3);
    const char end = rest_.starts_with("?'") ? '\'' : '>';
    rest_.remove_prefix(2);
    skip_behind(end);
  }

  /// Skips what is behind the question mark, up to a colon or the closing parenthesis.
  void skip_flags() {
    take();
    bool on = true;
    while (!rest_.empty() && rest_.front() != ')') {
      const char c = take();
      if (c == '-') on = false;
      if (c == 'x') extended_ = on;
      if (std::string_view(":=!>|").find(c) != std::string_view::npos) return;
    }
  }

  std::string_view character_class() {
    const bool excluded = rest_.starts_with("^");
    if (excluded) take();
    std::string_view found;
    bool others = excluded;
    bool first = true;
    while (!rest_.empty() && (first || rest_.front() != ']')) {
      first = false;
      if (rest_.starts_with("[:")) {
        skip_behind(']');
        others = true;
        continue;
      }
      const char c = take();
      const std::string_view needed = c == '\\' ? escaped() : why(c);
      if (needed.empty()) others = true;
      if (found.empty()) found = needed;
    }
    if (!rest_.empty()) take();
    return others ? std::string_view() : found;
  }

  /// Reads what is behind a backslash.
  std::string_view escaped() {
    if (rest_.empty()) return {};
    const char c = take();
    switch (c) {
      case 'n':
      case 'r':
      case 'R':
        return needs_line_break;
      case 'e':
        return needs_escape;
      case 'x':
        return why(code(16));
      case 'o':
        return why(code(8));
      case '0':
        return why(number(rest_.substr(0, 2), 8));
      case 'c':
        return rest_.empty() ? std::string_view() : why((take() & 0x1f));
      case 'N':
      case 'p':
      case 'P':
      case 'k':
      case 'g':
        if (rest_.starts_with("{U+")) {
          rest_.remove_prefix(2);
          return why(braced(16));
        }
        if (rest_.starts_with("{")) skip_behind('}');
        return {};
      case 'Q': {
        const std::string_view literal = rest_.substr(0, rest_.find("\\E"));
        rest_.remove_prefix(std::min(literal.size() + 2, rest_.size()));
        const std::size_t forbidden = literal.find_first_of("\n\r\x1b");
        return forbidden == literal.npos ? std::string_view() : why(literal[forbidden]);
      }
      default:
        return c >= '1' && c <= '9' ? std::string_view() : why(c);
    }
  }

  /// The number behind \x or \o: in braces, or two digits.
  int code(int base) {
    return rest_.starts_with("{") ? braced(base) : number(rest_.substr(0, 2), base);
  }

  /// The number between a character and the next closing brace.
  int braced(int base) {
    take();
    const std::string_view digits = rest_.substr(0, rest_.find('}'));
    const int value = number(digits, base);
    skip_behind('}');
    return value;
  }

  /// The number at the beginning of `digits`, which are the next characters; reads them.
  int number(std::string_view digits, int base) {
    int value = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    rest_.remove_prefix(static_cast<std::size_t>(read.ptr - digits.data()));
    return value;
  }

  std::string_view rest_;
  bool extended_ = false;  ///< White space and comments are ignored.
};

}  // namespace

std::string_view why_unmatchable(std::string_view expression) {
  return Walk(expression).alternatives();
}

}  // namespace troupe::actors
