#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "actors/trial/report_text.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// Before each JSON object of the format `syne_tune`.
inline constexpr std::string_view syne_tag = "[tune-metric]:";

/// The members of a JSON object, in their order. NaN and infinities are numbers in any common
/// spelling (`NaN`, `-nan`, `inf`, `Infinity`, in any case). Null members are left out; arrays and
/// objects become their text.
[[nodiscard]] Result<LineValues> values_from_json(std::string_view json);

/// The values of each object of a line that has `syne_tag`, in their order, or what is wrong with
/// it. An object has at most 50,000 bytes, Syne Tune's own limit.
[[nodiscard]] std::vector<Result<LineValues>> values_of_tagged_objects(std::string_view line);

}  // namespace troupe::actors
