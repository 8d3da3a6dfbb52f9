#include "actors/cli/output.hpp"

#include <cerrno>
#include <cstdio>
#include <set>

#include <unistd.h>

#include "actors/cli/commands.hpp"
#include "runtime/keys/address_keys.hpp"

namespace troupe::cli {

int print(const std::string& text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (written && std::fflush(stdout) == 0) return exit_ok;
  std::fputs("troupe: standard output cannot be written\n", stderr);
  return exit_failure;
}

void write_out(const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = write(STDOUT_FILENO, text.data() + done, text.size() - done);
    if (n < 0 && errno != EINTR) return;
    if (n > 0) done += static_cast<std::size_t>(n);
  }
}

void print_note(const std::string& note) {
  std::fprintf(stderr, "troupe: %s\n", note.c_str());
}

void print_problems(const std::vector<actors::Problem>& problems, Shown shown) {
  using Severity = actors::Problem::Severity;
  std::set<std::string> printed;
  for (const actors::Problem& problem : problems) {
    if (shown == Shown::errors && problem.severity != Severity::error) continue;
    if (shown != Shown::all && problem.severity == Severity::advice) continue;
    const std::string text = to_text(problem);
    if (printed.insert(text).second) std::fputs(text.c_str(), stderr);
  }
}

int print_error(const Error& error) {
  return print_error(error, error.kind == ErrorKind::bad_input ? exit_usage : exit_failure);
}

int print_error(const Error& error, int code) {
  print_note(error.what);
  return code;
}

void print_join_command(const std::string& address) {
  char host[256] = {};
  gethostname(host, sizeof host - 1);
  std::fprintf(stderr,
               "troupe: nodes that are let in join with: troupe node --join %s --name NAME\n",
               runtime::seen_from_elsewhere(address, host).c_str());
}

int exit_code_of(const actors::StudyFinished& end) {
  using actors::StudyFinished;
  switch (end.outcome) {
    case StudyFinished::Outcome::finished:
    case StudyFinished::Outcome::stopped:
      return exit_ok;
    case StudyFinished::Outcome::failed:
      return exit_study_failed;
    case StudyFinished::Outcome::interrupted:
      return exit_interrupted;
  }
  return exit_failure;
}

}  // namespace troupe::cli
