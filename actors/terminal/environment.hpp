#pragma once

#include <functional>

#include "actors/terminal/line.hpp"
#include "actors/terminal/screen.hpp"

namespace troupe::actors {

/// What a program finds where its text goes. `variable` is getenv, or what a test puts in its
/// place.
struct TerminalEnvironment {
  bool is_terminal = false;
  std::size_t columns = 0;  ///< 0: unknown.
  std::size_t rows = 0;
  std::function<const char*(const char* name)> variable;
};

/// Of a descriptor of this process, now.
TerminalEnvironment surroundings_of(int descriptor);

/// Redrawn in place on a terminal that can (TERM is not "dumb"), else lines.
OutputMode manner_in(const TerminalEnvironment& surroundings);

/// Colour on a terminal, unless NO_COLOR is set and not empty (no-color.org) or TERM is "dumb".
/// Characters beyond ASCII where LC_ALL, LC_CTYPE or LANG, the first that is set, says UTF-8.
TerminalStyle paper_in(const TerminalEnvironment& surroundings);

}  // namespace troupe::actors
