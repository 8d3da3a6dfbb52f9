#pragma once

#include <cstdio>
#include <string>

#include <boost/test/unit_test.hpp>
#include <sys/wait.h>

namespace troupe {

struct ShellRun {
  int code;  ///< 128 + signal, if a signal ended it.
  std::string text;
};

/// Runs a shell command line; `text` is its standard output.
inline ShellRun shell(const std::string& line) {
  std::FILE* pipe = ::popen(line.c_str(), "r");
  BOOST_REQUIRE(pipe != nullptr);
  ShellRun run{0, {}};
  for (int c; (c = std::fgetc(pipe)) != EOF;) run.text += static_cast<char>(c);
  const int status = ::pclose(pipe);
  run.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return run;
}

}  // namespace troupe
