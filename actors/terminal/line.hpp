#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "runtime/core/clock.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {

enum class Style { plain, bold, dim, red, green, yellow, cyan };

/// Size and abilities of the terminal, pipe or file that text is written to.
struct TerminalStyle {
  std::size_t columns = 80;
  std::size_t rows = 24;
  bool color = false;
  bool unicode = false;
};

/// A line of styled pieces with a maximal width. Text beyond it is cut, and the cut is marked by
/// "…", or ">" without Unicode.
class Line {
 public:
  static constexpr std::size_t unlimited = static_cast<std::size_t>(-1);

  Line(const TerminalStyle& style, std::size_t columns_max)
      : columns_max_(columns_max), color_(style.color), unicode_(style.unicode) {}

  Line& add(std::string_view text, Style style = Style::plain);
  /// Adds spaces up to a column; at least one.
  Line& skip_to(std::size_t column);

  [[nodiscard]] std::size_t columns() const { return columns_; }
  /// Whether a text of `columns` columns still fits.
  [[nodiscard]] bool fits(std::size_t columns) const { return columns_ + columns <= columns_max_; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::size_t columns_max_;
  bool color_;
  bool unicode_;
  bool cut_ = false;
  std::size_t columns_ = 0;
  std::string text_;
};

/// `text` with a space for each control character, so that it stays on one line and cannot change
/// the state of a terminal.
std::string printable_line(std::string_view text);

/// A time span as "0:07", "12:30" or "1:02:03".
std::string clock_face(Duration elapsed);

/// A number with thousands separators: "1,204".
std::string grouped(std::int64_t count);

/// A number with four significant digits.
std::string short_number(double value);

/// The shortest digits that read back as the same number.
std::string exact_number(double value);
/// A hyperparameter's value with short_number or exact_number; text as a printable line.
std::string short_value(const schedulers::Value& value);
std::string exact_value(const schedulers::Value& value);

/// The plural of a resource: "epochs" for "epoch".
std::string plural(std::string_view resource);

}  // namespace troupe::actors
