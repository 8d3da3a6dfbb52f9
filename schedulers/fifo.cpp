#include "schedulers/fifo.hpp"

#include <string>

#include "runtime/core/check.hpp"
#include "runtime/core/overloaded.hpp"

namespace troupe::schedulers {

std::vector<OptionProblem> problems(const FifoOptions& options) {
  std::vector<OptionProblem> found;
  if (options.length < 1)
    found.push_back({"length", "length is " + std::to_string(options.length) +
                                   "; each trial runs for one unit of resource at least"});
  if (options.trials_max == 0)
    found.push_back({"trials_max", "trials_max is 0; one trial at least must start"});
  return found;
}

Fifo::Fifo(const FifoOptions& options) : options_(options) {
  check(problems(options).empty(), "the options have no problems");
}

std::vector<Decision> Fifo::on(const Event& event) {
  using Decisions = std::vector<Decision>;
  return std::visit(Overloaded{
                        [&](const SlotOpened& slot) { return Decisions{assign_slot(slot)}; },
                        [&](const TrialReported& report) { return Decisions{judge(report)}; },
                        [&](const TrialCompleted& completed) {
                          if (trials_.is(completed.trial, TrialState::running))
                            trials_.complete(completed.trial);
                          return Decisions{};
                        },
                        [&](const TrialFailed& failure) {
                          if (trials_.is(failure.trial, TrialState::running))
                            trials_.fail(failure.trial);
                          return Decisions{};
                        },
                    },
                    event);
}

SchedulerStatus Fifo::status() const {
  return {.ceiling = options_.length};
}

Decision Fifo::assign_slot(const SlotOpened& slot) {
  if (options_.trials_max && trials_.started() >= *options_.trials_max)
    return NothingLeft{"all " + std::to_string(*options_.trials_max) + " trials were started"};
  if (slot.offer == SlotOpened::Offer::promotions)
    return Wait{"no trial is ever paused, and " + std::to_string(trials_.running()) +
                " are running"};
  return StartTrial{trials_.start(), options_.length};
}

Decision Fifo::judge(const TrialReported& report) {
  if (const auto ignored = trials_.record(report)) return *ignored;
  if (report.resource < options_.length) return ContinueTrial{report.trial, options_.length};
  trials_.complete(report.trial);
  return StopTrial{report.trial, StopTrial::Reason::max_resource};
}

}  // namespace troupe::schedulers
