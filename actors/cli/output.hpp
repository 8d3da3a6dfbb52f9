#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/events.hpp"
#include "actors/study_file/problem.hpp"
#include "runtime/core/result.hpp"

// What commands write to stdout and stderr, and the code that `troupe` exits with.

namespace troupe::cli {

/// Writes all of `text` to stdout; exit_failure where that is impossible.
int print(const std::string& text);

/// Writes all of `text` to stdout, also into a slow pipe; nothing into a closed one.
void write_out(const std::string& text);

/// Writes "troupe: NOTE" to stderr.
void print_note(const std::string& note);

/// Writes "troupe: ERROR" to stderr. Returns exit_usage for a mistake in the command line or in the
/// folder that it names, else exit_failure.
int print_error(const Error& error);
/// Writes "troupe: ERROR" to stderr and returns `code`.
int print_error(const Error& error, int code);

/// Which problems of a file a command prints.
enum class Shown : std::uint8_t {
  all,
  errors_and_warnings,  ///< No advice.
  errors,
};

/// Writes problems of a file to stderr; the same one once, where several tasks have it.
void print_problems(const std::vector<actors::Problem>& problems, Shown shown);

/// Tells the person who started a head which command joins it from another machine.
void print_join_command(const std::string& address);

[[nodiscard]] int exit_code_of(const actors::StudyFinished& end);

}  // namespace troupe::cli
