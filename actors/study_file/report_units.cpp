#include "actors/study_file/report_units.hpp"

#include <cmath>
#include <cstdint>

namespace troupe::actors {

using schedulers::Resource;

namespace {

/// Far above any real resource, and far below where a double or a sum would lose units.
constexpr double units_max = 1e15;

/// `value` as a whole number, if it is one up to `tolerance`.
std::optional<std::int64_t> rounded(double value, double tolerance) {
  const double whole = std::round(value);
  // False for a value that is not a number.
  const bool is_whole = std::abs(value) <= units_max && std::abs(value - whole) <= tolerance;
  return is_whole ? std::optional(static_cast<std::int64_t>(whole)) : std::nullopt;
}

}  // namespace

std::optional<Resource> resource_of(const ReportFormat& format, double printed) {
  constexpr double few_digits = 0.05 + 1e-9;
  if (format.resource_scale == 1) return rounded(printed, 0);
  return rounded(printed * format.resource_scale, few_digits);
}

schedulers::Value program_units(const ReportFormat& format, Resource resource) {
  if (format.resource_scale == 1) return resource;
  const double units = static_cast<double>(resource) / format.resource_scale;
  if (const auto whole = rounded(units, 1e-9 * std::abs(units))) return *whole;
  return units;
}

}  // namespace troupe::actors
