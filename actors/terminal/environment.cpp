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

std::string_view value_of(const TerminalEnvironment& surroundings, const char* name) {
  const char* value = surroundings.variable(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

bool is_dumb(const TerminalEnvironment& surroundings) {
  const std::string_view term = value_of(surroundings, "TERM");
  return term.empty() || term == "dumb";
}

bool speaks_utf8(const TerminalEnvironment& surroundings) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    std::string value(value_of(surroundings, name));
    if (value.empty()) continue;
    std::erase(value, '-');
    std::ranges::transform(value, value.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return value.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace

TerminalEnvironment surroundings_of(int descriptor) {
  TerminalEnvironment found;
  found.is_terminal = ::isatty(descriptor) == 1;
  winsize size{};
  if (found.is_terminal && ::ioctl(descriptor, TIOCGWINSZ, &size) == 0) {
    found.columns = size.ws_col;
    found.rows = size.ws_row;
  }
  found.variable = [](const char* name) -> const char* {
    return std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets any.
  };
  return found;
}

OutputMode manner_in(const TerminalEnvironment& surroundings) {
  return surroundings.is_terminal && !is_dumb(surroundings) ? OutputMode::redrawn
                                                            : OutputMode::lines;
}

TerminalStyle paper_in(const TerminalEnvironment& surroundings) {
  TerminalStyle paper;
  if (surroundings.columns > 0) paper.columns = surroundings.columns;
  if (surroundings.rows > 0) paper.rows = surroundings.rows;
  paper.color = surroundings.is_terminal && !is_dumb(surroundings) &&
                value_of(surroundings, "NO_COLOR").empty();
  paper.unicode = speaks_utf8(surroundings);
  return paper;
}

}  // namespace troupe::actors
