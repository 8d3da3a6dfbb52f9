#pragma once

#include "schedulers/events.hpp"

namespace troupe::actors {

/// A study file's resources are counted no further.
constexpr schedulers::Resource resource_max = schedulers::Resource{1} << 53;

}  // namespace troupe::actors
