#pragma once

#include <string>
#include <vector>

#include "schedulers/scheduler_options.hpp"

namespace troupe::actors {

/// A scheduler that the suite runs over.
struct Method {
  std::string name;
  schedulers::SchedulerOptions options;
};

/// Every kind of scheduler with every valid combination of its choices, up to `max_resource`, which
/// must be 9 or more.
[[nodiscard]] std::vector<Method> every_method(schedulers::Resource max_resource);

}  // namespace troupe::actors
