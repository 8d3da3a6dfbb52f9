#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::actors {

/// A place in a text file, as editors count. Line 0: the file as a whole.
struct Position {
  std::size_t line = 0;    ///< From 1.
  std::size_t column = 0;  ///< From 1, in characters.
  friend auto operator<=>(const Position&, const Position&) = default;
};

/// Something wrong with a file that a person wrote, and what to do about it.
struct Problem {
  enum class Severity { error, warning };
  Severity severity = Severity::error;
  std::string file;
  Position at;
  std::string message;  ///< What was found, what was expected, the nearest valid name.
  std::string source;   ///< The line of the file.
};

/// `study.yaml:12:7: error: ...`, then the line of the file with a caret below the column. Ends
/// with a newline.
[[nodiscard]] std::string to_text(const Problem& problem);

/// The problems of one file, as they are found.
class ProblemList {
 public:
  ProblemList(std::string file, std::string_view text);

  void error(Position at, std::string message);
  void warning(Position at, std::string message);

  [[nodiscard]] bool has_errors() const { return errors_ > 0; }
  /// In the order of the file.
  [[nodiscard]] std::vector<Problem> sorted() const;

 private:
  void add(Problem::Severity severity, Position at, std::string message);

  std::string file_;
  std::vector<std::string> lines_;
  std::vector<Problem> problems_;
  std::size_t errors_ = 0;
};

/// The one of `names` that was probably meant; empty if none is near.
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       const std::vector<std::string_view>& names);

/// `; did you mean 'nearest'? (what: a, b, c)`, or without the question.
[[nodiscard]] std::string suggestion(std::string_view word,
                                     const std::vector<std::string_view>& names,
                                     std::string_view what);

/// "a, b, c".
[[nodiscard]] std::string joined(const std::vector<std::string_view>& names);

}  // namespace troupe::actors
