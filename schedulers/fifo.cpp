#include "schedulers/fifo.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "runtime/core/check.hpp"
#include "runtime/core/overloaded.hpp"

namespace troupe::schedulers {

namespace {

constexpr std::array fifo_option_list{
    option<&FifoOptions::length>({
        .key = "k",
        .required = "the resource that every trial runs to",
        .least = 1,
        .most = resource_max,
        .methods = {"k_epoch"},
        .example = "3",
        .doc = "k_epoch: the resource that every trial runs to",
    }),
};

}  // namespace

std::span<const Option> FifoOptions::described() {
  return fifo_option_list;
}

std::vector<Method<FifoOptions>> FifoOptions::methods() {
  return {
      {.name = "k_epoch", .doc = "every trial to k", .options = {}, .short_doc = true},
      {.name = "fifo",
       .doc = "every trial to its end; resource_attr and max_t may be left out",
       .options = {},
       .synonyms = {"random_search"},
       .short_doc = true},
      {.name = "random_choice",
       .doc = "one trial",
       .options = {.trials_max = 1},
       .short_doc = true},
  };
}

std::unique_ptr<Scheduler> make(const FifoOptions& options) {
  return std::make_unique<Fifo>(options);
}

std::vector<BracketOutline> outline(const FifoOptions& options,
                                    std::optional<std::uint64_t> trials_max) {
  check(problems(options).empty(), "rungs are outlined for options without a problem");
  if (options.trials_max)
    trials_max = std::min(trials_max.value_or(*options.trials_max), *options.trials_max);
  return {BracketOutline{.rungs = {{options.length, std::nullopt, trials_max}}}};
}

SchedulerTraits traits(const FifoOptions& options) {
  const bool single = options.trials_max == 1U;
  SchedulerTraits traits{.judges = SchedulerTraits::Judges::nothing, .pauses = true};
  if (single) traits.ends = SchedulerTraits::Ends::by_itself;
  traits.single_trial = single;
  return traits;
}

void apply_study(const StudyTerms& study, FifoOptions& options) {
  if (options.length == 0) options.length = study.max_resource;
}

std::vector<OptionProblem> resolve(FifoOptions&, const GivenOptions&) {
  return {};
}

std::vector<OptionProblem> problems(const FifoOptions& options, const StudyTerms& study) {
  if (study.max_resource < 1 || options.length <= study.max_resource) return {};
  return {{"k", "'scheduler.k' is " + std::to_string(options.length) +
                    ", more than the maximum resource " + std::to_string(study.max_resource) +
                    "; a smaller k, or a larger maximum"}};
}

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
                        [&](const ReportReceived& report) { return Decisions{judge(report)}; },
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
    return NothingLeft{*options_.trials_max == 1 ? std::string("the only trial was started")
                                                 : "all " + std::to_string(*options_.trials_max) +
                                                       " trials were started"};
  if (slot.offer == SlotOpened::Offer::promotions)
    return Wait{"no trial is ever paused, and " + std::to_string(trials_.running()) +
                " are running"};
  return StartTrial{trials_.start(), options_.length};
}

Decision Fifo::judge(const ReportReceived& report) {
  if (const auto ignored = trials_.record(report)) return *ignored;
  if (report.resource < options_.length) return ContinueTrial{report.trial, options_.length};
  trials_.complete(report.trial);
  return StopTrial{report.trial, StopTrial::Reason::max_resource};
}

}  // namespace troupe::schedulers
