#pragma once

#include <string>

#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"
#include "transport/key.hpp"

namespace troupe::runtime {

/// Has the public key `own` admitted in the place of an invitation, whose secret key this is, by
/// who listens at `address`. For plain threads; blocks for `patience` at most.
Result<void> enrol(const std::string& address, const std::string& name,
                   const transport::Key& invitation, const transport::Key& own, Duration patience);

}  // namespace troupe::runtime
