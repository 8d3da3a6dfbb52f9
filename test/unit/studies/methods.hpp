#pragma once

#include <string>
#include <vector>

#include "schedulers/scheduler_options.hpp"

namespace troupe::actors {

/// A scheduler of the suite.
struct Method {
  std::string name;
  schedulers::SchedulerOptions options;
};

/// Every kind of scheduler with every combination of its choices that makes sense, up to
/// `max_resource`, which is 9 or more.
[[nodiscard]] std::vector<Method> every_method(schedulers::Resource max_resource);

}  // namespace troupe::actors
