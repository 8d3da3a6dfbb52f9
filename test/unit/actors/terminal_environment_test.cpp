#include <map>
#include <string>

#include <boost/test/unit_test.hpp>

#include "actors/terminal/environment.hpp"

namespace troupe::actors {
namespace {

BOOST_AUTO_TEST_SUITE(terminal_environment)

TerminalEnvironment terminal_with(std::map<std::string, std::string> variables) {
  return {true, 100, 30, [variables](const char* name) -> const char* {
            const auto found = variables.find(name);
            return found == variables.end() ? nullptr : found->second.c_str();
          }};
}

BOOST_AUTO_TEST_CASE(a_terminal_is_redrawn_in_colour) {
  const TerminalEnvironment terminal = terminal_with({{"TERM", "xterm"}, {"LANG", "en_GB.UTF-8"}});
  const TerminalStyle style = style_in(terminal);
  BOOST_TEST((output_mode_in(terminal) == OutputMode::redrawn));
  BOOST_TEST(style.color);
  BOOST_TEST(style.unicode);
  BOOST_TEST(style.columns == 100u);
  BOOST_TEST(style.rows == 30u);
}

BOOST_AUTO_TEST_CASE(no_color_is_respected_unless_it_is_empty) {
  BOOST_TEST(!style_in(terminal_with({{"TERM", "xterm"}, {"NO_COLOR", "0"}})).color);
  BOOST_TEST(style_in(terminal_with({{"TERM", "xterm"}, {"NO_COLOR", ""}})).color);
}

BOOST_AUTO_TEST_CASE(a_pipe_gets_lines_without_colour) {
  TerminalEnvironment pipe = terminal_with({{"TERM", "xterm"}});
  pipe.is_terminal = false;
  pipe.columns = pipe.rows = 0;
  BOOST_TEST((output_mode_in(pipe) == OutputMode::lines));
  BOOST_TEST(!style_in(pipe).color);
  BOOST_TEST(style_in(pipe).columns == 80u);
}

BOOST_AUTO_TEST_CASE(a_dumb_terminal_gets_what_a_pipe_gets) {
  for (const char* term : {"dumb", ""}) {
    BOOST_TEST((output_mode_in(terminal_with({{"TERM", term}})) == OutputMode::lines));
    BOOST_TEST(!style_in(terminal_with({{"TERM", term}})).color);
  }
}

BOOST_AUTO_TEST_CASE(the_first_variable_that_is_set_decides_on_utf8) {
  BOOST_TEST(style_in(terminal_with({{"LC_ALL", "C.utf8"}, {"LANG", "C"}})).unicode);
  BOOST_TEST(!style_in(terminal_with({{"LC_ALL", "C"}, {"LANG", "C.UTF-8"}})).unicode);
  BOOST_TEST(!style_in(terminal_with({})).unicode);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace troupe::actors
