#include "actors/study/study_totals.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

#include "actors/counted.hpp"
#include "runtime/core/check.hpp"

namespace troupe::actors {

using schedulers::Resource;
using schedulers::Value;

namespace {

/// A numeric value as a double; 0 if it is no number.
double number_or_zero(const Value& value) {
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  return 0;
}

}  // namespace

std::string plain_number(double value) {
  std::string text = std::to_string(value);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

StudyTotals::StudyTotals(StopRules rules, std::uint64_t failures_max)
    : rules_(std::move(rules)), failures_max_(failures_max) {}

void StudyTotals::set_bounds(StopRules rules, std::uint64_t failures_max) {
  rules_ = std::move(rules);
  failures_max_ = failures_max;
}

void StudyTotals::charge(TrialRecord& trial, const Reported& report) {
  const Resource units = report.resource - trial.reported;
  // A program that resumed from an older checkpoint, or from none, counts from there. It is charged
  // one unit for each report.
  const std::int64_t charged = units > 0 ? units : 1;
  check(charged > 0, "each report costs at least one unit of resource");
  resource_spent_ += charged;
  trial.reported = report.resource;
  ++trial.reports;
  if (rules_.cost_attr.empty()) return;
  for (const auto& setting : report.values) {
    if (setting.name != rules_.cost_attr) continue;
    const double cost = number_or_zero(setting.value);
    if (!std::isfinite(cost)) continue;
    cost_ += std::max(0.0, cost - trial.cost);
    trial.cost = cost;
  }
}

void StudyTotals::charge_up_to(TrialRecord& trial, Resource resource) {
  resource_spent_ += std::max<Resource>(resource - trial.reported, 0);
  trial.reported = std::max(trial.reported, resource);
}

void StudyTotals::count(const Reported& report) {
  ++evaluations_;
  if (report.metric < lowest_) lowest_ = report.metric;  // NaN changes neither.
  if (report.metric > highest_) highest_ = report.metric;
}

std::optional<StudyTotals::Reached> StudyTotals::reached(const TrialCounts& trials) const {
  using End = StudyFinished::Outcome;
  const auto met = [](const std::optional<std::uint64_t>& bound, std::uint64_t count) {
    return bound && count >= *bound;
  };
  const std::uint64_t finished = trials.completed + trials.stopped + trials.failed;
  check(finished <= trials.started, "a trial starts before it finishes");
  if (trials.failed > failures_max_)
    return Reached{End::failed, counted(trials.failed, "trial") + " failed (max_failures: " +
                                    std::to_string(failures_max_) + ")"};
  const auto finish = [](std::string reason) { return Reached{End::finished, std::move(reason)}; };
  if (met(rules_.evaluations_max, evaluations_))
    return finish(counted(evaluations_, "report") + (evaluations_ == 1 ? " was" : " were") +
                  " made");
  if (met(rules_.trials_completed_max, trials.completed))
    return finish(counted(trials.completed, "trial") + " completed");
  if (met(rules_.trials_finished_max, finished))
    return finish(counted(finished, "trial") + " finished");
  const auto metric = [&](double value) {
    return finish("a metric of " + plain_number(value) + " was reached");
  };
  if (rules_.metric_min && lowest_ <= *rules_.metric_min) return metric(lowest_);
  if (rules_.metric_max && highest_ >= *rules_.metric_max) return metric(highest_);
  if (rules_.cost_max && cost_ >= *rules_.cost_max)
    return finish("the cost reached " + plain_number(cost_));
  if (expired_s_ && rules_.wallclock_s_max && *rules_.wallclock_s_max <= *expired_s_)
    return finish("max_wallclock_time of " + plain_number(*rules_.wallclock_s_max) + " s is over");
  return std::nullopt;
}

}  // namespace troupe::actors
