#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "runtime/core/clock.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {

enum class Style { plain, bold, dim, red, green, yellow, cyan };

/// How a terminal, or what is in its place, takes text.
struct TerminalStyle {
  std::size_t columns = 80;
  std::size_t rows = 24;
  bool color = false;
  bool unicode = false;
};

/// A line built of styled pieces that never gets wider than it may: what does not fit is cut, and
/// the cut is marked.
class Line {
 public:
  static constexpr std::size_t unlimited = static_cast<std::size_t>(-1);

  Line(const TerminalStyle& paper, std::size_t columns_max)
      : columns_max_(columns_max), color_(paper.color), unicode_(paper.unicode) {}

  Line& add(std::string_view text, Style style = Style::plain);
  /// Spaces up to a column; at least one.
  Line& skip_to(std::size_t column);

  [[nodiscard]] std::size_t columns() const { return columns_; }
  /// Whether a text as wide as this still fits.
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

/// The text in one line that cannot steer a terminal: control characters become spaces.
std::string harmless(std::string_view text);

/// "0:07", "12:30", "1:02:03".
std::string clock_face(Duration elapsed);

/// "1,204".
std::string grouped(std::int64_t count);

/// Four significant digits, for a glance.
std::string short_number(double value);

/// A hyperparameter's value: as short as a glance needs, or so that it reads back as the same.
std::string short_value(const schedulers::Value& value);
std::string exact_value(const schedulers::Value& value);
std::string exact_number(double value);

/// "epochs" of "epoch".
std::string plural(std::string_view resource);

}  // namespace troupe::actors
