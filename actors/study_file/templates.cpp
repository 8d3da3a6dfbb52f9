#include "actors/study_file/templates.hpp"

#include <algorithm>
#include <utility>

namespace troupe::actors {
namespace {

/// Calls `name` for the name in each `${...}` and `plain` for the text between them, in order.
void walk(std::string_view text, const std::function<void(std::string_view)>& plain,
          const std::function<void(std::string_view)>& name) {
  for (;;) {
    const std::size_t start = text.find("${");
    const std::size_t end = text.find('}', start == text.npos ? start : start + 2);
    if (start == text.npos || end == text.npos) return plain(text);
    if (start > 0 && text[start - 1] == '$') {  // `$${`: no template.
      plain(text.substr(0, start - 1));
      plain("${");
      text.remove_prefix(start + 2);
      continue;
    }
    plain(text.substr(0, start));
    name(text.substr(start + 2, end - start - 2));
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::vector<std::string> template_names(std::string_view text) {
  std::vector<std::string> names;
  walk(text, [](std::string_view) {}, [&](std::string_view name) { names.emplace_back(name); });
  return names;
}

std::optional<std::string> sole_template(std::string_view text) {
  auto names = template_names(text);
  if (names.size() != 1 || text != "${" + names.front() + "}") return std::nullopt;
  return std::move(names.front());
}

bool is_option_of(std::string_view option, std::string_view name) {
  const std::size_t dashes = std::min(option.find_first_not_of('-'), option.size());
  if (dashes == 0) return false;
  const auto same = [](char a, char b) {
    return a == b || (a == '-' && b == '_') || (a == '_' && b == '-');
  };
  return std::ranges::equal(option.substr(dashes), name, same);
}

std::string expand_templates(
    std::string_view text,
    const std::function<std::optional<std::string>(std::string_view name)>& lookup) {
  std::string expanded;
  walk(
      text, [&](std::string_view plain) { expanded += plain; },
      [&](std::string_view name) {
        expanded += lookup(name).value_or("${" + std::string(name) + "}");
      });
  return expanded;
}

}  // namespace troupe::actors
