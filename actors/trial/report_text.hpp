#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/core/result.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {

/// Splits a stream of bytes into lines. A carriage return ends a line too, so that a progress bar
/// that redraws itself does not hide the text after it. A longer line than `line_max` bytes is cut.
class LineSplitter {
 public:
  static constexpr std::size_t line_max = std::size_t{64} << 10;
  enum class Whole { yes, cut };
  using OnLine = std::function<void(std::string_view line, Whole whole)>;

  /// Calls `on_line` for each line that `bytes` completes, except empty ones.
  void feed(std::string_view bytes, const OnLine& on_line);
  /// Calls `on_line` for the last line if it has no line end. Called at the end of the stream.
  void finish(const OnLine& on_line);

 private:
  void append(std::string_view bytes);
  void emit(const OnLine& on_line);

  std::string line_;
  Whole whole_ = Whole::yes;
};

/// `line` without its ANSI escape sequences (colours, cursor movements, titles). `buffer` holds the
/// result if the line has any.
[[nodiscard]] std::string_view without_escapes(std::string_view line, std::string& buffer);

// Values of reports, as they are read from text.

/// The values of one report, in the order of the line. Names and texts are valid UTF-8.
struct LineValues {
  schedulers::Config values;
  std::string repeated;  ///< A name that came twice; its first value counts. Empty: none did.

  /// Adds a value, unless there is one of that name.
  void add(std::string_view name, schedulers::Value value);
};

/// `text` as an integer or a number if all of it is one (exponents, inf and nan included); else as
/// text.
[[nodiscard]] schedulers::Value value_from_text(std::string_view text);

/// Whether `c` is an ASCII letter, a digit or an underscore, as `\w` of a pattern.
[[nodiscard]] bool is_word_char(char c);

/// Whether digits are on both sides of a comma, as in a decimal comma or thousands separators.
[[nodiscard]] bool has_comma_between_digits(std::string_view text);

/// The `name = value` pairs anywhere in a line. A value ends at a space, a quote, a bracket or a
/// separator. A comma, an apostrophe, a slash or a colon between digits is part of the value, which
/// then is no number: "0,51" is not 0.
[[nodiscard]] LineValues values_from_pairs(std::string_view line);

/// The value of `name`; null if there is none.
[[nodiscard]] const schedulers::Value* find_value(const schedulers::Config& values,
                                                  std::string_view name);

/// An integer or double as a double; none for any other value.
[[nodiscard]] std::optional<double> as_number(const schedulers::Value& value);

}  // namespace troupe::actors
