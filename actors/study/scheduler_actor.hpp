#pragma once

#include <memory>

#include "actors/study/protocol.hpp"
#include "runtime/context.hpp"
#include "schedulers/scheduler.hpp"

namespace troupe::actors {

/// The actor of the scheduler that a study file names. After a failure (a broken invariant) it is
/// restarted empty, and the study feeds it the journal again.
class SchedulerActor {
 public:
  using Ref = SchedulerRef;

  Result<runtime::Done> on(runtime::Context& self, const BeginScheduling& begin);
  Result<Decided> on(runtime::Context& self, const Decide& decide);

 private:
  std::unique_ptr<schedulers::Scheduler> scheduler_;
};

}  // namespace troupe::actors
