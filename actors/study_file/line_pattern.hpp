#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/core/result.hpp"

namespace troupe::actors {

/// A regular expression with named groups, in the syntax of Perl (`(?<epoch>\d+)`) or Python
/// (`(?P<epoch>\d+)`). Matching uses little stack for any line, and a bounded number of steps for
/// any pattern.
class LinePattern {
 public:
  /// The error says what is wrong with the expression.
  static Result<LinePattern> compile(std::string_view expression);

  LinePattern(LinePattern&&) noexcept;
  LinePattern& operator=(LinePattern&&) noexcept;
  ~LinePattern();

  /// Names of the groups, in the order of the expression.
  [[nodiscard]] const std::vector<std::string>& names() const;

  /// A named group that matched.
  struct Group {
    std::string_view name;      ///< Valid as long as the pattern.
    std::string_view text;      ///< A part of the line.
    std::size_t at = 0;         ///< Where `text` begins in the line.
    bool behind_minus = false;  ///< The expression has a minus sign before the group.
  };
  /// The groups of the first match in `line` that matched. None: no match.
  [[nodiscard]] std::optional<std::vector<Group>> match(std::string_view line) const;

 private:
  struct Compiled;
  explicit LinePattern(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace troupe::actors
