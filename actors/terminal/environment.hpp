#pragma once

#include <functional>

#include "actors/terminal/line.hpp"
#include "actors/terminal/screen.hpp"

namespace troupe::actors {

/// What decides how a program writes to a descriptor.
struct TerminalEnvironment {
  bool is_terminal = false;
  std::size_t columns = 0;  ///< 0: unknown.
  std::size_t rows = 0;     ///< 0: unknown.
  /// getenv, or a replacement in tests.
  std::function<const char*(const char* name)> variable;
};

/// Environment of a descriptor of this process, now.
TerminalEnvironment environment_of(int descriptor);

/// Redrawn on a terminal whose TERM is not "dumb", else lines.
OutputMode output_mode_in(const TerminalEnvironment& environment);

/// Colour on a terminal, unless NO_COLOR is set and not empty (no-color.org) or TERM is "dumb".
/// Unicode where the first set one of LC_ALL, LC_CTYPE and LANG names UTF-8.
TerminalStyle style_in(const TerminalEnvironment& environment);

}  // namespace troupe::actors
