#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/core/result.hpp"

namespace troupe::actors {

/// A regular expression with named groups, Perl's syntax (`(?<epoch>\d+)`; Python's
/// `(?P<epoch>\d+)` too). Matching needs little stack, whatever the line, and gives up on a
/// pathological pattern.
class LinePattern {
 public:
  /// The error says what is wrong with the expression.
  static Result<LinePattern> compile(std::string_view expression);

  LinePattern(LinePattern&&) noexcept;
  LinePattern& operator=(LinePattern&&) noexcept;
  ~LinePattern();

  /// Of the groups, in order of their appearance.
  [[nodiscard]] const std::vector<std::string>& names() const;

  /// The named groups that took part in the first match in `line`, with their text. None: no match.
  [[nodiscard]] std::optional<std::vector<std::pair<std::string, std::string>>> match(
      std::string_view line) const;

 private:
  struct Compiled;
  explicit LinePattern(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace troupe::actors
