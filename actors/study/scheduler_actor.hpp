#pragma once

#include <memory>

#include "actors/study/protocol.hpp"
#include "runtime/context.hpp"
#include "schedulers/scheduler.hpp"

namespace troupe::actors {

/// Wraps the pure scheduler of a study file: one event in, its decisions out. A failure (a broken
/// invariant) restarts it empty; the study then feeds it the journal again.
class SchedulerActor {
 public:
  using Ref = SchedulerRef;

  Result<runtime::Done> on(runtime::Context& self, const BeginScheduling& begin);
  Result<Decided> on(runtime::Context& self, const Decide& decide);

 private:
  std::unique_ptr<schedulers::Scheduler> scheduler_;
};

}  // namespace troupe::actors
