#include "actors/study/scheduler_actor.hpp"

#include <utility>

#include "actors/study/document.hpp"
#include "actors/study_file/study_spec.hpp"
#include "schedulers/scheduler_options.hpp"

namespace troupe::actors {

Result<runtime::Done> SchedulerActor::on(runtime::Context&, const BeginScheduling& begin) {
  const auto spec = read_document(begin.study);
  if (!spec) return spec.error();
  auto scheduler = schedulers::make_scheduler(scheduler_options(**spec, begin.study.seed));
  if (!scheduler) return scheduler.error();
  scheduler_ = std::move(scheduler).value();
  return runtime::Done{};
}

Result<Decided> SchedulerActor::on(runtime::Context&, const Decide& decide) {
  if (!scheduler_)
    return Error{ErrorKind::refused, "the scheduler has not begun, or was restarted"};
  return Decided{scheduler_->on(decide.event), scheduler_->status()};
}

}  // namespace troupe::actors
