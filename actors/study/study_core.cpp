#include "actors/study/study_core.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "runtime/core/check.hpp"
#include "runtime/core/overloaded.hpp"

namespace troupe::actors {

namespace {

std::string number(double value) {
  std::string text = std::to_string(value);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

StudyCore::StudyCore(StudyRules rules) : rules_(std::move(rules)), incumbent_(rules_.maximize) {}

const TrialRecord* StudyCore::current(TrialId trial, std::uint32_t attempt) const {
  const auto found = trials_.find(trial);
  if (found == trials_.end() || found->second.attempt != attempt) return nullptr;
  return found->second.has_process() ? &found->second : nullptr;
}

std::uint64_t StudyCore::joined_at(const std::string& node) const {
  const auto found = nodes_.find(node);
  return found == nodes_.end() ? 0 : found->second.joined;
}

bool StudyCore::accepts(const Input& input) const {
  if (finished_) return std::holds_alternative<StudyResumed>(input);
  return std::visit(
      Overloaded{
          [&](const Reported& report) {
            const TrialRecord* trial = current(report.trial, report.attempt);
            return trial != nullptr && trial->runs_on();
          },
          [&](const ReportMalformed& line) { return current(line.trial, line.attempt) != nullptr; },
          [&](const AttemptEnded& end) { return current(end.trial, end.attempt) != nullptr; },
          [&](const NodeLeft& left) { return nodes_.contains(left.node); },
          [&](const NodeLost& lost) {
            const auto node = nodes_.find(lost.node);
            return node != nodes_.end() && !node->second.lost;
          },
          [&](const NodeRejoined& returned) {
            const auto node = nodes_.find(returned.node);
            return node != nodes_.end() && node->second.lost;
          },
          [&](const NodeJoined& joined) { return !nodes_.contains(joined.node); },
          [&](const SlotFreed& slot) { return nodes_.contains(slot.node) && offer().has_value(); },
          [&](const StopRequested&) { return closing_ != Closing::stop && !interrupted_; },
          [&](const TimeExpired&) { return closing_ != Closing::stop && !interrupted_; },
          [](const auto&) { return true; },
      },
      input);
}

bool StudyCore::exhausted() const {
  if (space_exhausted_ && !ready_) return true;
  return rules_.stop.trials_started_max && counts_.started >= *rules_.stop.trials_started_max;
}

std::optional<std::string> StudyCore::free_node() const {
  std::uint32_t used = 0;
  std::optional<std::string> freest;
  std::uint32_t most = 0;
  for (const auto& [name, node] : nodes_) {
    used += node.used;
    const std::uint32_t free = node.slots > node.used ? node.slots - node.used : 0;
    if (node.lost || free <= most) continue;
    most = free;
    freest = name;
  }
  if (used >= rules_.workers_max) return std::nullopt;
  return freest;
}

std::optional<SlotOffer> StudyCore::offer() const {
  if (finished_ || interrupted_ || closing_ == Closing::stop) return std::nullopt;
  const auto node = free_node();
  if (!node) return std::nullopt;
  if (!restarts_.empty()) return SlotOffer{*node, {}};
  if (closing_ == Closing::restarts_only || !waiting_for_.empty()) return std::nullopt;
  return SlotOffer{*node, next_suggestion()};
}

std::optional<TrialId> StudyCore::next_suggestion() const {
  if (finished_ || closing_ != Closing::no || exhausted() || ready_) return std::nullopt;
  return static_cast<TrialId>(counts_.started);
}

std::optional<schedulers::Event> StudyCore::question(const Input& input) const {
  if (const auto* slot = std::get_if<SlotFreed>(&input)) {
    if (!restarts_.empty()) return std::nullopt;
    const bool none_left = slot->suggestion && !slot->suggestion->config;
    if (!exhausted() && !none_left)
      return schedulers::SlotOpened{schedulers::SlotOpened::Offer::anything};
    if (rules_.when_exhausted != WhenExhausted::promote) return std::nullopt;
    return schedulers::SlotOpened{schedulers::SlotOpened::Offer::promotions};
  }
  if (const auto* report = std::get_if<Reported>(&input))
    return schedulers::TrialReported{report->trial, report->resource, report->metric};
  if (const auto* end = std::get_if<AttemptEnded>(&input)) {
    const TrialRecord& trial = trials_.at(end->trial);
    if (!trial.runs_on()) return std::nullopt;
    if (end->cause == AttemptEnded::Cause::exited && end->code == 0 && trial.resource > 0)
      return schedulers::TrialCompleted{end->trial};
    if (verdict(trial, *end) == TrialFailed::Then::give_up)
      return schedulers::TrialFailed{end->trial};
  }
  return std::nullopt;
}

Outcome StudyCore::apply(const Input& input, std::uint64_t index,
                         const std::vector<schedulers::Decision>& decisions) {
  check(accepts(input), "an input that is not accepted is not applied");
  index_ = index;
  decisions_ = &decisions;
  outcome_ = {};
  if (!std::holds_alternative<SlotFreed>(input)) waiting_for_.clear();
  std::visit([this](const auto& one) { on(one); }, input);
  check_end();
  decisions_ = nullptr;
  return std::exchange(outcome_, {});
}

void StudyCore::on(const StudyOpened& opened) {
  if (opened.workers > 0) rules_.workers_max = opened.workers;
}

void StudyCore::on(const NodeJoined& joined) {
  nodes_[joined.node] = NodeSlots{joined.slots, 0, false, index_};
}

void StudyCore::on(const SlotFreed& slot) {
  if (slot.suggestion) {
    if (slot.suggestion->config) {
      ready_ = slot.suggestion;
    } else {
      space_exhausted_ = true;
    }
  }
  if (!restarts_.empty()) {
    restart(trials_.at(*restarts_.begin()), slot.node);
    return;
  }
  if (exhausted() && closing_ == Closing::no) {
    const std::string reason =
        space_exhausted_ ? "every configuration of the space was tried"
                         : number(static_cast<double>(counts_.started)) + " trials were started";
    switch (rules_.when_exhausted) {
      case WhenExhausted::promote:
        close(Closing::promotions_only, StudyFinished::Outcome::finished, reason);
        break;
      case WhenExhausted::finish:
        close(Closing::restarts_only, StudyFinished::Outcome::finished, reason);
        break;
      case WhenExhausted::stop:
        close(Closing::stop, StudyFinished::Outcome::finished, reason);
        break;
    }
  }
  for (const auto& decision : *decisions_)
    std::visit(
        Overloaded{
            [&](const schedulers::StartTrial& d) { start(d, slot.node); },
            [&](const schedulers::ResumeTrial& d) { promote(d, slot.node); },
            [&](const schedulers::Wait& d) {
              waiting_for_ = d.reason.empty() ? "the scheduler" : d.reason;
            },
            [](const schedulers::SlotSkipped&) {},  // The slot is offered again.
            [&](const schedulers::NothingLeft& d) {
              close(Closing::restarts_only, StudyFinished::Outcome::finished, d.reason);
            },
            [&](const schedulers::HurdleRaised& d) { raised(d); },
            [](const auto&) { check(false, "a free slot is answered by what to do with it"); },
        },
        decision);
}

void StudyCore::start(const schedulers::StartTrial& start, const std::string& node) {
  check(ready_.has_value(), "a new trial starts with a configuration that was suggested");
  check(start.trial == counts_.started, "trials are numbered in the order of their start");
  check(ready_->trial == start.trial, "a suggestion is for the trial that takes it");
  TrialRecord& trial = trials_[start.trial];
  trial.id = start.trial;
  trial.config = std::move(*ready_->config);
  trial.until = start.until;
  ready_.reset();
  ++counts_.started;
  ++counts_.running;
  launch(trial, node, 0);
  outcome_.events.push_back(TrialStarted{index_, trial.id, trial.attempt, 0, trial.until, node,
                                         trial.config, trial.id < rules_.incumbents});
}

void StudyCore::promote(const schedulers::ResumeTrial& resume, const std::string& node) {
  TrialRecord& trial = trials_.at(resume.trial);
  trial.promotion = TrialRecord::Promotion{node, resume.from, resume.until};
  ++nodes_.at(node).used;
  if (trial.next_state == TrialState::paused) return;  // It goes on once its process is gone.
  check(trial.state == TrialState::paused, "only a paused trial is promoted");
  go_on(trial);
}

void StudyCore::go_on(TrialRecord& trial) {
  const TrialRecord::Promotion promotion = *std::exchange(trial.promotion, std::nullopt);
  const auto node = nodes_.find(promotion.node);
  if (node != nodes_.end()) --node->second.used;  // launch() takes the slot again.
  if (closing_ == Closing::stop) return;
  trial.until = promotion.until;
  if (node == nodes_.end() || interrupted_) {
    move_to(trial, TrialState::pending);
    restarts_.insert(trial.id);
    return;
  }
  move_to(trial, TrialState::running);
  launch(trial, promotion.node, promotion.from);
  outcome_.events.push_back(TrialPromoted{index_, trial.id, trial.attempt, promotion.from,
                                          promotion.until, promotion.node});
}

void StudyCore::restart(TrialRecord& trial, const std::string& node) {
  restarts_.erase(trial.id);
  move_to(trial, TrialState::running);
  launch(trial, node, trial.resource);
  outcome_.events.push_back(TrialStarted{index_, trial.id, trial.attempt, trial.resource,
                                         trial.until, node, trial.config,
                                         trial.id < rules_.incumbents});
}

void StudyCore::launch(TrialRecord& trial, const std::string& node, Resource from) {
  trial.node = node;
  ++trial.attempt;
  trial.started_from = from;
  trial.reported = from;
  trial.cost = 0;
  trial.reports = trial.warnings = 0;
  ++nodes_.at(node).used;
  order(trial);
}

void StudyCore::order(const TrialRecord& trial) {
  outcome_.commands.push_back(LaunchAttempt{trial.id, trial.attempt, trial.node, trial.started_from,
                                            trial.until, trial.config});
}

void StudyCore::on(const Reported& report) {
  TrialRecord& trial = trials_.at(report.trial);
  charge(trial, report);
  check(!decisions_->empty(), "a report is decided on");
  for (const auto& decision : *decisions_)
    std::visit(Overloaded{
                   [&](const schedulers::ContinueTrial& d) {
                     trial.until = d.until;
                     counted(trial, report, TrialReported::Decision::proceed);
                   },
                   [&](const schedulers::PauseTrial&) {
                     end_process(trial, TrialState::paused);
                     counted(trial, report, TrialReported::Decision::pause);
                   },
                   [&](const schedulers::StopTrial& d) {
                     const bool at_end = d.reason == schedulers::StopTrial::Reason::max_resource;
                     trial.stop_reason =
                         schedulers::enum_names(d.reason).at(static_cast<std::size_t>(d.reason));
                     end_process(trial, at_end ? TrialState::completed : TrialState::stopped);
                     counted(trial, report, TrialReported::Decision::stop);
                   },
                   [&](const schedulers::ReportIgnored& d) { ignored(trial, report, d); },
                   [&](const schedulers::RungUnlocked& d) {
                     outcome_.events.push_back(
                         RungUnlocked{index_, d.resource, d.epsilon, d.cause, d.epsilon_capped});
                   },
                   [&](const schedulers::HurdleRaised& d) { raised(d); },
                   [](const auto&) { check(false, "a report does not start a trial"); },
               },
               decision);
  check_totals();
}

void StudyCore::raised(const schedulers::HurdleRaised& hurdle) {
  outcome_.events.push_back(HurdleRaised{index_, hurdle.trial, hurdle.resource, hurdle.metric});
}

void StudyCore::charge(TrialRecord& trial, const Reported& report) {
  const Resource units = report.resource - trial.reported;
  // A program that resumed from an older checkpoint, or none, counts from there: one unit a report.
  resource_spent_ += units > 0 ? units : 1;
  trial.reported = report.resource;
  ++trial.reports;
  for (const auto& setting : report.values) {
    if (rules_.stop.cost_attr.empty() || setting.name != rules_.stop.cost_attr) continue;
    const double* real = std::get_if<double>(&setting.value);
    const std::int64_t* whole = std::get_if<std::int64_t>(&setting.value);
    const double cost = real != nullptr    ? *real
                        : whole != nullptr ? static_cast<double>(*whole)
                                           : 0;
    if (!std::isfinite(cost)) continue;
    cost_ += std::max(0.0, cost - trial.cost);
    trial.cost = cost;
  }
}

void StudyCore::counted(TrialRecord& trial, const Reported& report,
                        TrialReported::Decision decision) {
  ++evaluations_;
  const StopRules& stop = rules_.stop;
  if (stop.metric_min && report.metric <= *stop.metric_min)
    metric_reached_ = "a metric of " + number(report.metric) + " was reached";
  if (stop.metric_max && report.metric >= *stop.metric_max)
    metric_reached_ = "a metric of " + number(report.metric) + " was reached";
  trial.resource = std::max(trial.resource, report.resource);
  trial.idle_restarts = 0;
  outcome_.commands.push_back(ObserveReport{trial.id, report.resource, report.metric});
  outcome_.events.push_back(
      TrialReported{index_, trial.id, report.resource, report.metric, decision, report.values});
  if (!std::isfinite(report.metric))
    outcome_.events.push_back(
        TrialWarned{index_, trial.id, "the metric is not finite; the trial ranks last"});
  if (!incumbent_.observe(trial.id, report.resource, report.metric)) return;
  const auto& best = *incumbent_.best();
  outcome_.events.push_back(IncumbentChanged{index_, best.trial, best.resource, best.metric,
                                             trials_.at(best.trial).config});
}

void StudyCore::ignored(const TrialRecord& trial, const Reported& report,
                        const schedulers::ReportIgnored& ignored) {
  if (ignored.reason != schedulers::ReportIgnored::Reason::duplicate) return;
  const bool same =
      report.metric == ignored.first || (std::isnan(report.metric) && std::isnan(ignored.first));
  if (same) return;
  outcome_.events.push_back(TrialWarned{
      index_, trial.id,
      "reported " + number(report.metric) + " at resource " + std::to_string(report.resource) +
          " again; the first value, " + number(ignored.first) + ", stands"});
}

void StudyCore::on(const ReportMalformed& malformed) {
  ++trials_.at(malformed.trial).warnings;
  outcome_.events.push_back(TrialWarned{index_, malformed.trial, malformed.warning});
}

void StudyCore::check_totals() {
  const auto finish = [&](const std::string& reason) {
    close(Closing::stop, StudyFinished::Outcome::finished, reason);
  };
  const StopRules& stop = rules_.stop;
  const auto reached = [](const std::optional<std::uint64_t>& bound, std::uint64_t count) {
    return bound && count >= *bound;
  };
  const std::uint64_t finished_trials = counts_.completed + counts_.stopped + counts_.failed;
  if (counts_.failed > rules_.failures_max)
    close(Closing::stop, StudyFinished::Outcome::failed,
          std::to_string(counts_.failed) +
              " trials failed (max_failures: " + std::to_string(rules_.failures_max) + ")");
  if (reached(stop.evaluations_max, evaluations_))
    finish(std::to_string(evaluations_) + " reports were made");
  if (reached(stop.trials_completed_max, counts_.completed))
    finish(std::to_string(counts_.completed) + " trials completed");
  if (reached(stop.trials_finished_max, finished_trials))
    finish(std::to_string(finished_trials) + " trials finished");
  if (!metric_reached_.empty()) finish(metric_reached_);
  if (stop.cost_max && cost_ >= *stop.cost_max) finish("the cost reached " + number(cost_));
}

}  // namespace troupe::actors
