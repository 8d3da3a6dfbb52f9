#include "test/unit/schedulers/scheduler_world.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {

SchedulerWorld::SchedulerWorld(std::unique_ptr<Scheduler> scheduler, std::uint64_t seed,
                               Mishaps mishaps, Resource max_resource)
    : scheduler_(std::move(scheduler)),
      rng_(seed),
      noise_(Rng::stream(seed, "noise")),
      mishaps_(mishaps),
      max_resource_(max_resource) {}

std::vector<Decision> SchedulerWorld::decide(const Event& event) {
  auto decisions = scheduler_->on(event);
  scheduler_->check_invariants();
  return decisions;
}

SchedulerWorld::Outcome SchedulerWorld::run(std::size_t trials, std::size_t workers) {
  fill_slots(trials, workers);
  for (std::size_t steps = 0; !running_.empty(); ++steps) {
    check(steps < trials * 200, "a study ends");
    repeat_something();
    step();
    fill_slots(trials, workers);
  }
  check(trials_.size() == trials, "all trials were started");
  outcome_.ceiling = scheduler_->status().ceiling;
  return outcome_;
}

void SchedulerWorld::fill_slots(std::size_t trials, std::size_t workers) {
  while (running_.size() < workers) {
    const bool more = trials_.size() < trials;
    const auto offer = more ? SlotOpened::Offer::anything : SlotOpened::Offer::promotions;
    const auto answers = decide(SlotOpened{offer});
    check(!answers.empty(), "a slot is answered");
    for (std::size_t i = 1; i < answers.size(); ++i)
      check(std::holds_alternative<HurdleRaised>(answers[i]),
            "only hurdles follow the first decision");
    outcome_.decisions.insert(outcome_.decisions.end(), answers.begin(), answers.end());
    if (const auto* start = std::get_if<StartTrial>(&answers[0])) {
      check(more, "nothing new starts in a slot for promotions");
      take(*start);
    } else if (const auto* resume = std::get_if<ResumeTrial>(&answers[0])) {
      take(*resume);
    } else {
      check(std::holds_alternative<Wait>(answers[0]), "a slot is used, or the scheduler waits");
      check(!more, "a slot in which a new trial may start is used");
      check(!std::get<Wait>(answers[0]).reason.empty(), "a wait has a reason");
      return;
    }
  }
}

void SchedulerWorld::take(const StartTrial& start) {
  check(start.trial == trials_.size(), "trials are numbered as they start");
  check(start.until >= 1 && start.until <= max_resource_, "a trial ends at R at the latest");
  trials_.push_back({.until = start.until, .quality = rng_.uniform()});
  running_.push_back(start.trial);
}

void SchedulerWorld::take(const ResumeTrial& resume) {
  check(resume.trial < trials_.size(), "a resumed trial was started");
  Trial& trial = trials_[resume.trial];
  check(trial.state == State::paused, "a resumed trial was paused");
  check(resume.from == trial.last, "a trial is resumed where it was paused");
  check(resume.until > resume.from, "a resumed trial goes further");
  check(resume.until <= scheduler_->status().ceiling,
        "no trial is resumed towards a resource above the ceiling");
  check(!trial.diverged, "a diverged trial is not resumed");
  trial.state = State::running;
  trial.until = resume.until;
  running_.push_back(resume.trial);
  ++outcome_.resumed;
}

/// Lets one running program report, fail or exit.
void SchedulerWorld::step() {
  const TrialId id = running_[rng_.below(running_.size())];
  Trial& trial = trials_[id];
  const Resource ceiling = scheduler_->status().ceiling;
  if (happens(mishaps_.failure)) {
    check(decide(TrialFailed{id}).empty(), "a failure has no decision");
    ++outcome_.failed;
    trial.state = State::finished;
    std::erase(running_, id);
  } else if (happens(mishaps_.completion)) {
    const auto answers = decide(TrialCompleted{id});
    expect_unlock(id, ceiling, answers, 0);
    trial.state = State::finished;
    std::erase(running_, id);
  } else {
    Resource resource = trial.last + 1;
    if (happens(mishaps_.gap)) resource += 1 + static_cast<Resource>(rng_.below(4));
    if (happens(mishaps_.late)) resource = 1 + static_cast<Resource>(rng_.below(20));
    if (trial.metrics.contains(resource)) return;
    report(id, resource, metric(trial, resource));
  }
}

double SchedulerWorld::metric(const Trial& trial, Resource resource) {
  if (happens(mishaps_.divergence)) return std::numeric_limits<double>::quiet_NaN();
  const double learned = 1 / std::sqrt(static_cast<double>(resource));
  return std::round(100 * (trial.quality + learned + 0.1 * rng_.uniform())) /
         100;  // Rounding makes ties.
}

/// Sends reports that must change nothing.
void SchedulerWorld::repeat_something() {
  const auto happens_in_noise = [this](std::uint64_t one_in) {
    return one_in > 0 && noise_.below(one_in) == 0;
  };
  const double other = noise_.uniform();
  if (happens_in_noise(mishaps_.duplicate)) {
    const TrialId id = running_[noise_.below(running_.size())];
    const auto& metrics = trials_[id].metrics;
    if (metrics.empty()) return;
    const auto known =
        std::next(metrics.begin(), static_cast<std::ptrdiff_t>(noise_.below(metrics.size())));
    const auto answers = decide(ReportReceived{id, known->first, other});
    check(answers.size() == 1, "an ignored report changes nothing");
    const auto& ignored = std::get<ReportIgnored>(answers[0]);
    check(ignored.reason == ReportIgnored::Reason::duplicate, "a duplicate is reported as such");
    check(
        ignored.first == known->second || (std::isnan(ignored.first) && std::isnan(known->second)),
        "the first value stands");
    ++outcome_.ignored;
  }
  if (happens_in_noise(mishaps_.stale)) {
    const auto id = static_cast<TrialId>(noise_.below(trials_.size() + 2));
    if (id < trials_.size() && trials_[id].state == State::running) return;
    const auto resource = static_cast<Resource>(noise_.below(30));
    const auto answers = decide(ReportReceived{id, resource, other});
    check(answers.size() == 1, "an ignored report changes nothing");
    check(answers[0] == Decision(ReportIgnored{id, ReportIgnored::Reason::not_running, 0}),
          "a stale report is reported as such");
    ++outcome_.ignored;
  }
}

void SchedulerWorld::report(TrialId id, Resource resource, double metric) {
  const Resource ceiling = scheduler_->status().ceiling;
  const auto answers = decide(ReportReceived{id, resource, metric});
  check(!answers.empty(), "a report is answered");
  Trial& trial = trials_[id];
  trial.metrics[resource] = metric;
  trial.last = std::max(trial.last, resource);
  trial.diverged = trial.diverged || (!std::isfinite(metric) && resource >= trial.until);
  carry_out(id, resource, answers[0]);
  expect_unlock(id, ceiling, answers, 1);
  outcome_.decisions.insert(outcome_.decisions.end(), answers.begin(), answers.end());
}

void SchedulerWorld::carry_out(TrialId id, Resource resource, const Decision& decision) {
  Trial& trial = trials_[id];
  if (const auto* go_on = std::get_if<ContinueTrial>(&decision)) {
    check(go_on->trial == id, "the decision names the trial that reported");
    check(go_on->until > trial.last, "the next milestone is ahead");
    check(go_on->until <= max_resource_, "no milestone is above R");
    check(!trial.diverged, "a trial that diverged at a rung does not go on");
    trial.until = go_on->until;
    return;
  }
  if (const auto* pause = std::get_if<PauseTrial>(&decision)) {
    check(pause->trial == id, "the decision names the trial that reported");
    check(resource >= trial.until, "no trial pauses below its milestone");
    trial.state = State::paused;
  } else {
    const auto& stop = std::get<StopTrial>(decision);
    check(stop.trial == id, "the decision names the trial that reported");
    check((stop.reason == StopTrial::Reason::max_resource) == (resource >= max_resource_),
          "the reason to stop is R if and only if the trial is at R");
    trial.state = State::finished;
  }
  std::erase(running_, id);
}

/// Checks that RungUnlocked is reported if and only if the ceiling rises, with the new ceiling.
void SchedulerWorld::expect_unlock(TrialId cause, Resource ceiling_before,
                                   const std::vector<Decision>& answers, std::size_t from) {
  const SchedulerStatus status = scheduler_->status();
  check(status.ceiling >= ceiling_before, "the ceiling never falls");
  std::vector<RungUnlocked> unlocks;
  for (std::size_t i = from; i < answers.size(); ++i)
    if (const auto* unlock = std::get_if<RungUnlocked>(&answers[i]))
      unlocks.push_back(*unlock);
    else
      check(std::holds_alternative<HurdleRaised>(answers[i]),
            "only unlocks and hurdles follow the first decision");
  check(unlocks.size() == (status.ceiling > ceiling_before ? 1U : 0U),
        "an unlock is reported if and only if the ceiling rises");
  if (unlocks.empty()) return;
  const RungUnlocked& unlocked = unlocks.front();
  check(unlocked.resource == status.ceiling, "an unlock has the new ceiling");
  check(unlocked.epsilon == status.epsilon, "an unlock has the epsilon of the comparison");
  check(unlocked.cause == cause, "an unlock names its cause");
  ++outcome_.unlocked;
}

}  // namespace troupe::schedulers
