#include "actors/terminal/environment.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

namespace troupe::actors {
namespace {

std::string_view value_of(const TerminalEnvironment& environment, const char* name) {
  const char* value = environment.variable(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

bool is_dumb(const TerminalEnvironment& environment) {
  const std::string_view term = value_of(environment, "TERM");
  return term.empty() || term == "dumb";
}

bool uses_utf8(const TerminalEnvironment& environment) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    std::string value(value_of(environment, name));
    if (value.empty()) continue;
    std::erase(value, '-');
    std::ranges::transform(value, value.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return value.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace

TerminalEnvironment environment_of(int descriptor) {
  TerminalEnvironment found;
  found.is_terminal = ::isatty(descriptor) == 1;
  winsize size{};
  if (found.is_terminal && ::ioctl(descriptor, TIOCGWINSZ, &size) == 0) {
    found.columns = size.ws_col;
    found.rows = size.ws_row;
  }
  found.variable = [](const char* name) -> const char* {
    return std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no thread sets variables.
  };
  return found;
}

OutputMode output_mode_in(const TerminalEnvironment& environment) {
  return environment.is_terminal && !is_dumb(environment) ? OutputMode::redrawn : OutputMode::lines;
}

TerminalStyle style_in(const TerminalEnvironment& environment) {
  TerminalStyle style;
  if (environment.columns > 0) style.columns = environment.columns;
  if (environment.rows > 0) style.rows = environment.rows;
  style.color =
      environment.is_terminal && !is_dumb(environment) && value_of(environment, "NO_COLOR").empty();
  style.unicode = uses_utf8(environment);
  return style;
}

}  // namespace troupe::actors
