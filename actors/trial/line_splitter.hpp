#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace troupe::actors {

/// Cuts a stream of bytes into lines. A carriage return ends a line too, so that a progress bar
/// that redraws itself does not hide what follows. Memory is bounded: of a longer line the first
/// `line_max` bytes are kept, and the rest is skipped.
class LineSplitter {
 public:
  static constexpr std::size_t line_max = std::size_t{64} << 10;
  enum class Whole { yes, cut };
  using OnLine = std::function<void(std::string_view line, Whole whole)>;

  /// Calls `on_line` for each line that is complete now, except empty ones.
  void feed(std::string_view bytes, const OnLine& on_line);
  /// The stream has ended: what has no line end is a line as well.
  void finish(const OnLine& on_line);

 private:
  void append(std::string_view bytes);
  void emit(const OnLine& on_line);

  std::string line_;
  Whole whole_ = Whole::yes;
};

}  // namespace troupe::actors
