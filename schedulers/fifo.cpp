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
  check(problems(options).empty(), "a scheduler is made of options that make sense");
}

std::vector<Decision> Fifo::on(const Event& event) {
  using Decisions = std::vector<Decision>;
  return std::visit(Overloaded{
                        [&](const SlotOpened& slot) { return Decisions{assign(slot)}; },
                        [&](const TrialReported& report) {
                          return Decisions{trials_.report(report, options_.length)};
                        },
                        [&](const TrialCompleted& completed) {
                          if (trials_.is(completed.trial, TrialState::running))
                            trials_.complete(completed.trial);
                          return Decisions{};
                        },
                        [&](const TrialFailed& failed) {
                          if (trials_.is(failed.trial, TrialState::running))
                            trials_.fail(failed.trial);
                          return Decisions{};
                        },
                    },
                    event);
}

SchedulerStatus Fifo::standing() const {
  return {.ceiling = options_.length};
}

Decision Fifo::assign(const SlotOpened& slot) {
  if (options_.trials_max && trials_.started() >= *options_.trials_max)
    return NothingLeft{"all " + std::to_string(*options_.trials_max) + " trials were started"};
  if (slot.offer == SlotOpened::Offer::promotions)
    return Wait{"no trial is ever paused, and " + std::to_string(trials_.running()) +
                " are running"};
  return StartTrial{trials_.start(options_.length), options_.length};
}

}  // namespace troupe::schedulers
