#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "actors/trial/report_text.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// Before each JSON object of the format `syne_tune`.
inline constexpr std::string_view syne_tag = "[tune-metric]:";

/// The members of a JSON object, in their order. NaN and infinities are numbers in any spelling
/// (not_finite.hpp). A null `metric` is NaN; other null members are left out. Arrays and objects
/// become their text. Bytes that are not UTF-8 and halves of surrogate pairs become U+FFFD.
[[nodiscard]] Result<LineValues> values_from_json(std::string_view json, std::string_view metric);

/// The values of each object of a line that has `syne_tag`, in their order, or what is wrong with
/// it. An object has at most 50,000 bytes, Syne Tune's own limit.
[[nodiscard]] std::vector<Result<LineValues>> values_of_tagged_objects(std::string_view line,
                                                                       std::string_view metric);

}  // namespace troupe::actors
