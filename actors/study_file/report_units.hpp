#pragma once

#include <optional>

#include "actors/study_file/study_spec.hpp"
#include "schedulers/events.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::actors {

// The study counts resources in whole units. A program may count in fractions of its own unit, such
// as epochs: `report.resource_scale` units of the study are one of the program.

/// The resource that the program printed, in units of the study. With a scale other than 1 it is
/// rounded by 0.05 units at most, because programs print few digits. None: not a whole number of
/// units, or too large.
[[nodiscard]] std::optional<schedulers::Resource> resource_of(const ReportFormat& format,
                                                              double printed);

/// A resource of the study in units of the program: a whole number if it is one.
[[nodiscard]] schedulers::Value program_units(const ReportFormat& format,
                                              schedulers::Resource resource);

}  // namespace troupe::actors
