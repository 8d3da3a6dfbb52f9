#include "actors/study_file/line_pattern.hpp"

#include <algorithm>
#include <stdexcept>

// Boost's expressions and not the standard ones: those recurse once for each character of a line,
// and this runs on small stacks. Boost's keep their state on the heap, know named groups, and throw
// when a match takes too many steps.
#include <boost/regex.hpp>

namespace troupe::actors {

struct LinePattern::Compiled {
  boost::regex expression;
  std::vector<std::string> names;
};

namespace {

/// The same expression with Python's `(?P<name>` written as Perl's `(?<name>`, and the names.
std::pair<std::string, std::vector<std::string>> named_groups(std::string_view expression) {
  std::pair<std::string, std::vector<std::string>> found;
  auto& [text, names] = found;
  bool in_class = false;  // Between [ and ].
  for (std::size_t i = 0; i < expression.size(); ++i) {
    const char c = expression[i];
    text += c;
    if (c == '\\' && i + 1 < expression.size()) {
      text += expression[++i];
      continue;
    }
    if (in_class || c == '[') {
      in_class = c != ']';
      continue;
    }
    const std::string_view rest = expression.substr(i);
    const bool python = rest.starts_with("(?P<");
    const bool perl =
        rest.starts_with("(?<") && !rest.starts_with("(?<=") && !rest.starts_with("(?<!");
    if (!python && !perl) continue;
    const std::size_t start = python ? 4 : 3;
    names.emplace_back(rest.substr(start, rest.find('>') - start));
    text += "?<";
    i += start - 1;
  }
  return found;
}

}  // namespace

LinePattern::LinePattern(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
LinePattern::LinePattern(LinePattern&&) noexcept = default;
LinePattern& LinePattern::operator=(LinePattern&&) noexcept = default;
LinePattern::~LinePattern() = default;

Result<LinePattern> LinePattern::compile(std::string_view expression) {
  auto [text, names] = named_groups(expression);
  for (const std::string& name : names)
    if (std::ranges::count(names, name) > 1)
      return Error{ErrorKind::bad_input, "two groups are named '" + name + "'"};
  try {
    auto compiled = std::make_unique<Compiled>();
    compiled->expression.assign(text, boost::regex::perl);
    compiled->names = std::move(names);
    return LinePattern(std::move(compiled));
  } catch (const std::runtime_error& error) {  // Boost's only way to say that it is no expression.
    return Error{ErrorKind::bad_input, error.what()};
  }
}

const std::vector<std::string>& LinePattern::names() const {
  return compiled_->names;
}

std::optional<std::vector<std::pair<std::string, std::string>>> LinePattern::match(
    std::string_view line) const {
  boost::cmatch match;
  try {
    if (!boost::regex_search(line.data(), line.data() + line.size(), match, compiled_->expression))
      return std::nullopt;
  } catch (const std::runtime_error&) {  // Too many steps: a line that does not match.
    return std::nullopt;
  }
  std::vector<std::pair<std::string, std::string>> groups;
  for (const std::string& name : compiled_->names)
    if (const auto& group = match[name]; group.matched) groups.emplace_back(name, group.str());
  return groups;
}

}  // namespace troupe::actors
