#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace troupe::actors {

/// A number that is not finite, as it is printed.
struct NotFinite {
  double value = 0;      ///< NaN or an infinity.
  std::size_t size = 0;  ///< Bytes.
};

/// The number that is not finite at the beginning of `text`, in the spelling of any language or C
/// library, in any case, with or without a sign: nan, inf, Infinity, -nan(ind), 1.#QNAN, -1.#IND,
/// 1.#INF00. None if a word goes on behind it, as in "info".
[[nodiscard]] std::optional<NotFinite> not_finite_at(std::string_view text);

/// The value of a metric that is no number in the text: NaN or an infinity if all of the text is
/// such a number, or is "null", which JavaScript prints for NaN. None for any other text.
[[nodiscard]] std::optional<double> not_finite_metric(std::string_view text);

}  // namespace troupe::actors
