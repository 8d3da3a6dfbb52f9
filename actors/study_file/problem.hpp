#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::actors {

/// A position in a text file, counted as editors do. Line 0 stands for the file as a whole.
struct Position {
  std::size_t line = 0;    ///< From 1.
  std::size_t column = 0;  ///< From 1, in characters.
  friend auto operator<=>(const Position&, const Position&) = default;
};

/// An error or a warning about a user's file.
struct Problem {
  enum class Severity {
    error,
    warning,
    advice,  ///< A warning that concerns all runs of a study: only `validate` and `run` print it.
  };
  Severity severity = Severity::error;
  std::string file;
  Position at;
  std::string message;  ///< Says what was found and what was expected.
  std::string source;   ///< The line with the problem; may be empty.
};

/// The problem as compilers print it: `study.yaml:12:7: error: ...`, then the line of the file and
/// a caret below the column. Ends with a newline.
[[nodiscard]] std::string to_text(const Problem& problem);

/// Collects the problems of one file.
class ProblemList {
 public:
  ProblemList(std::string file, std::string_view text);

  void error(Position at, std::string message);
  void warning(Position at, std::string message);
  void advice(Position at, std::string message);

  [[nodiscard]] bool has_errors() const { return errors_ > 0; }
  /// The problems in the order of their positions.
  [[nodiscard]] std::vector<Problem> sorted() const;

 private:
  void add(Problem::Severity severity, Position at, std::string message);

  std::string file_;
  std::vector<std::string> lines_;
  std::vector<Problem> problems_;
  std::size_t errors_ = 0;
};

/// The name that is most similar to `word`; empty if none is similar.
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       const std::vector<std::string_view>& names);

/// "; did you mean 'NAME'? (WHAT: a, b, c)"; without the question if no name is similar.
[[nodiscard]] std::string suggestion(std::string_view word,
                                     const std::vector<std::string_view>& names,
                                     std::string_view what);

/// The names with commas between them: "a, b, c".
[[nodiscard]] std::string joined(const std::vector<std::string_view>& names);

}  // namespace troupe::actors
