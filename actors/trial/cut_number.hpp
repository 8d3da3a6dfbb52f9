#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "actors/study_file/line_pattern.hpp"

namespace troupe::actors {

/// A number of which a pattern matched a part only, as `[\d.]+` in "5e-05", "0,51" or "-0.9".
struct CutNumber {
  /// What the rest of the number is.
  enum class Rest {
    exponent,  ///< "e-05"
    fraction,  ///< ".51"
    comma,     ///< ",51": a decimal comma, thousands separators, or the next column of CSV.
    digits,    ///< "1" of "12", or "2".
    sign,      ///< "-" of "-0.9".
  };
  Rest rest = Rest::exponent;
  std::string_view matched;
  std::string_view printed;  ///< All of the number.
};

/// Whether the number that `group` matched in `line` begins before the match or goes on behind it.
/// Not if another group of the match reads the rest, as with two columns of CSV, and not if the
/// pattern itself has the minus sign before the group.
[[nodiscard]] std::optional<CutNumber> cut_number(const LinePattern::Group& group,
                                                  const std::vector<LinePattern::Group>& groups,
                                                  std::string_view line);

}  // namespace troupe::actors
