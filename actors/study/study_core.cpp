#include "actors/study/study_core.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "actors/counted.hpp"
#include "actors/study/search_facts.hpp"
#include "runtime/core/check.hpp"
#include "runtime/core/overloaded.hpp"

namespace troupe::actors {

using Cause = StudyClosing::Cause;

StudyCore::StudyCore(StudyRules rules)
    : rules_(std::move(rules)),
      totals_(rules_.stop, rules_.failures_max),
      best_(rules_.maximize),
      agreement_(rules_.rung_levels) {}

// Before an input: what is accepted, what is asked, what is offered.

bool StudyCore::accepts(const Input& input) const {
  if (finished()) return std::holds_alternative<StudyResumed>(input);
  const bool stoppable = closing_.phase() != Phase::stopped && !closing_.interrupted();
  return std::visit(
      Overloaded{
          [&](const Reported& report) {
            const TrialRecord* trial = current(report.trial, report.attempt);
            return trial != nullptr && (trial->runs_on() || replaces_decided(*trial, report));
          },
          [&](const ReportMalformed& line) { return current(line.trial, line.attempt) != nullptr; },
          [&](const AttemptEnded& end) { return current(end.trial, end.attempt) != nullptr; },
          [&](const NodeJoined& joined) { return !slots_.contains(joined.node); },
          [&](const NodeLeft& left) { return slots_.contains(left.node); },
          [&](const NodeLost& lost) {
            return slots_.contains(lost.node) && !slots_.is_lost(lost.node);
          },
          [&](const NodeRejoined& rejoined) { return slots_.is_lost(rejoined.node); },
          [&](const NodeRested& rested) { return health_.rests(rested.node); },
          [&](const SlotFreed& slot) { return slots_.contains(slot.node) && offer().has_value(); },
          [&](const StopRequested&) { return stoppable; },
          [&](const TimeExpired&) { return stoppable; },
          [&](const StudyChanged&) { return !closing_.interrupted(); },
          [&](const TrialStopRequested& request) { return stoppable && can_stop(request.trial); },
          [](const RetrainRequested&) { return false; },
          [](const auto&) { return true; },
      },
      input);
}

bool StudyCore::exhausted() const {
  if (space_exhausted_ && !suggestion_) return true;
  return rules_.stop.trials_started_max && counts().started >= *rules_.stop.trials_started_max;
}

std::optional<SlotOffer> StudyCore::offer() const {
  if (closing_.starts_nothing()) return std::nullopt;
  const auto node = slots_.freest(rules_.workers_max, health_.closed());
  if (!node) return std::nullopt;
  if (trials_.next_restart()) return SlotOffer{*node, {}};
  if (closing_.phase() == Phase::restarts_only || !waiting_for_.empty()) return std::nullopt;
  return SlotOffer{*node, next_suggestion()};
}

std::optional<TrialId> StudyCore::next_suggestion() const {
  if (finished() || closing_.phase() != Phase::open || exhausted() || suggestion_)
    return std::nullopt;
  return static_cast<TrialId>(counts().started);
}

/// Whether the slot is offered for a promotion while the next suggestion is not ready.
bool StudyCore::waits_for_suggestion(const SlotFreed& slot) const {
  return !slot.suggestion && next_suggestion().has_value();
}

std::optional<schedulers::Event> StudyCore::question(const Input& input) const {
  if (const auto* slot = std::get_if<SlotFreed>(&input)) {
    if (trials_.next_restart()) return std::nullopt;
    const bool none_left = slot->suggestion && !slot->suggestion->config;
    if (waits_for_suggestion(*slot))
      return schedulers::SlotOpened{schedulers::SlotOpened::Offer::promotions};
    if (!exhausted() && !none_left)
      return schedulers::SlotOpened{schedulers::SlotOpened::Offer::anything};
    if (rules_.when_exhausted != WhenExhausted::promote) return std::nullopt;
    return schedulers::SlotOpened{schedulers::SlotOpened::Offer::promotions};
  }
  if (const auto* report = std::get_if<Reported>(&input)) {
    if (!trials_.at(report->trial).runs_on()) return std::nullopt;
    return schedulers::ReportReceived{report->trial, report->resource, report->metric};
  }
  if (const auto* request = std::get_if<TrialStopRequested>(&input))
    return schedulers::TrialFailed{request->trial};
  if (const auto* end = std::get_if<AttemptEnded>(&input)) {
    const TrialRecord& trial = trials_.at(end->trial);
    if (!trial.runs_on()) return std::nullopt;
    switch (ending_of(trial, *end)) {
      case Ending::completed:
        return schedulers::TrialCompleted{trial.id};
      case Ending::at_target:
        return schedulers::ReportReceived{trial.id, trial.told, trial.metric};
      case Ending::run_again:
        return std::nullopt;
      case Ending::failed:
        if (then_after(trial, *end) == TrialFailed::Then::give_up)
          return schedulers::TrialFailed{trial.id};
    }
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
  const bool over =
      closing_.finish_if_over(index_, {.running = counts().running,
                                       .restarts_waiting = trials_.next_restart().has_value(),
                                       .scheduler_waits = waiting_for_,
                                       .started = counts().started,
                                       .failed = counts().failed});
  if (over) emit(*finished());
  decisions_ = nullptr;
  outcome_.facts = search_facts(outcome_.events, std::exchange(assigned_state_, std::nullopt));
  return std::exchange(outcome_, {});
}

void StudyCore::check_invariants() const {
  trials_.check_invariants();
  std::map<std::string, std::uint32_t> taken;
  for (const auto& [id, trial] : trials()) {
    if (trial.has_process()) {
      check(slots_.contains(trial.node), "a process runs on a node that the study knows");
      ++taken[trial.node];
    }
    if (trial.promotion && !trial.promotion->node.empty()) ++taken[trial.promotion->node];
  }
  for (const std::string& node : slots_.nodes())
    check(slots_.taken(node) == taken[node],
          "the slots that are taken are those of processes and of promotions");
  check(!finished() || counts().running == 0, "no process runs once the study has finished");
  check(!suggestion_ || suggestion_->config.has_value(), "a suggestion at hand can start a trial");
}

// Free slots.

void StudyCore::on(const SlotFreed& slot) {
  const bool waits = waits_for_suggestion(slot);
  if (slot.suggestion && slot.suggestion->config) suggestion_ = slot.suggestion;
  if (slot.suggestion && !slot.suggestion->config) space_exhausted_ = true;
  if (const auto next = trials_.next_restart()) {
    restart(trials_.at(*next), slot.node);
    return;
  }
  close_if_exhausted();
  for (const auto& decision : *decisions_)
    std::visit(
        Overloaded{
            [&](const schedulers::StartTrial& d) { start(d, slot.node); },
            [&](const schedulers::ResumeTrial& d) { promote(d, slot.node); },
            [&](const schedulers::Wait& d) {
              if (!waits) waiting_for_ = d.reason.empty() ? "the scheduler" : d.reason;
            },
            [](const schedulers::SlotSkipped&) {},  // The slot is offered again.
            [&](const schedulers::NothingLeft& d) {
              close(Phase::restarts_only, StudyFinished::Outcome::finished, d.reason, Cause::final);
            },
            [&](const schedulers::HurdleRaised& d) { announce(d); },
            [](const auto&) { check(false, "a free slot is answered by what to do with it"); },
        },
        decision);
}

void StudyCore::close_if_exhausted() {
  if (!exhausted() || closing_.phase() != Phase::open) return;
  const std::string reason = space_exhausted_
                                 ? "every configuration of the space was tried"
                                 : counted(counts().started, "trial") +
                                       (counts().started == 1 ? " was" : " were") + " started";
  using End = StudyFinished::Outcome;
  const Cause cause = space_exhausted_ ? Cause::final : Cause::started;
  switch (rules_.when_exhausted) {
    case WhenExhausted::promote:
      return close(Phase::promotions_only, End::finished, reason, cause);
    case WhenExhausted::finish:
      return close(Phase::restarts_only, End::finished, reason, cause);
    case WhenExhausted::stop:
      return close(Phase::stopped, End::finished, reason, cause);
  }
}

void StudyCore::start(const schedulers::StartTrial& start, const std::string& node) {
  check(suggestion_ && suggestion_->trial == start.trial,
        "a new trial starts with the configuration that was suggested for it");
  TrialRecord& trial = trials_.add(start.trial, std::move(*suggestion_->config), start.until);
  assigned_state_ = std::move(suggestion_->state);
  suggestion_.reset();
  launch(trial, node, 0);
  announce_start(trial);
}

void StudyCore::promote(const schedulers::ResumeTrial& resume, const std::string& node) {
  TrialRecord& trial = trials_.at(resume.trial);
  check(!trial.promotion, "a trial is promoted once before it goes on");
  trial.promotion = TrialRecord::Promotion{node, resume.from, resume.until};
  slots_.take(node);
  if (trial.next_state == TrialState::paused) return;  // It continues once its process is gone.
  check(trial.state == TrialState::paused, "only a paused trial is promoted");
  continue_promoted(trial);
}

void StudyCore::continue_promoted(TrialRecord& trial) {
  check(trial.state == TrialState::paused, "a promoted trial continues from a pause");
  const TrialRecord::Promotion promotion = *std::exchange(trial.promotion, std::nullopt);
  slots_.release(promotion.node);  // `launch` takes the slot again.
  trial.until = promotion.until;
  trial.reported_on_way = trial.ran_again = false;
  if (closing_.phase() == Phase::stopped) {
    trial.cut_short = closing_.closed_by_limit();
    return;
  }
  if (!health_.may_start(promotion.node) || closing_.interrupted()) {
    trials_.move_to(trial, TrialState::pending);
    return;
  }
  trials_.move_to(trial, TrialState::running);
  launch(trial, promotion.node, promotion.from);
  emit(TrialPromoted{index_, trial.id, trial.attempt, trial.started_from, promotion.until,
                     promotion.node});
}

void StudyCore::restart(TrialRecord& trial, const std::string& node) {
  check(trial.state == TrialState::pending, "only a trial that waits is started again");
  trials_.move_to(trial, TrialState::running);
  launch(trial, node, trial.ran_again ? trial.checkpoint.resource : trial.resource);
  announce_start(trial);
}

/// Begins the next attempt of `trial`, at resource `from`.
void StudyCore::launch(TrialRecord& trial, const std::string& node, Resource from) {
  check(trial.runs_on(), "a process is started for a running trial");
  if (rules_.same_node_checkpoints && trial.attempt > 0 && !is_same_machine(trial.node, node))
    trial.moved = true;
  if (trial.moved) from = 0;
  trial.node = node;
  trial.launched_row = index_;
  trial.source_max = trial.ran_again ? trial.checkpoint.attempt : trial.attempt;
  if (trial.moved) trial.source_max = 0;
  ++trial.attempt;
  trial.told = trial.until;
  trial.started_from = from;
  trial.reported = from;
  trial.cost = 0;
  trial.reports = trial.warnings = trial.counted = 0;
  slots_.take(node);
  command_launch(trial);
}

void StudyCore::command_launch(const TrialRecord& trial) {
  outcome_.commands.push_back(LaunchAttempt{trial.id, trial.attempt, trial.node, trial.started_from,
                                            trial.until, trial.config, trial.source_max});
}

// Reports.

void StudyCore::on(const Reported& report) {
  TrialRecord& trial = trials_.at(report.trial);
  totals_.charge(trial, report);
  health_.note_report(trial.node);
  if (!trial.runs_on()) return replace(trial, report);
  check(!decisions_->empty(), "a report is decided on");
  for (const auto& decision : *decisions_)
    std::visit(Overloaded{
                   [&](const schedulers::ContinueTrial& d) {
                     trial.until = d.until;
                     count(trial, report, TrialReported::Decision::proceed);
                   },
                   [&](const schedulers::PauseTrial&) {
                     end_process(trial, TrialState::paused);
                     count(trial, report, TrialReported::Decision::pause);
                   },
                   [&](const schedulers::StopTrial& d) {
                     const bool at_end = d.reason == schedulers::StopTrial::Reason::max_resource;
                     trial.stop_reason = enum_text(d.reason);
                     end_process(trial, at_end ? TrialState::completed : TrialState::stopped);
                     count(trial, report, TrialReported::Decision::stop);
                   },
                   [&](const schedulers::ReportIgnored& d) {
                     const auto warning = warning_about(report, d);
                     if (rules_.last_report_counts && (warning || replaced_before(trial, report)))
                       replace(trial, report);
                     else if (warning)
                       emit(TrialWarned{index_, trial.id, *warning});
                   },
                   [&](const schedulers::RungUnlocked& d) { announce(d); },
                   [&](const schedulers::HurdleRaised& d) { announce(d); },
                   [](const auto&) { check(false, "a report does not start a trial"); },
               },
               decision);
  close_if_reached();
}

void StudyCore::on(const ReportMalformed& malformed) {
  TrialRecord& trial = trials_.at(malformed.trial);
  ++trial.warnings;
  if (malformed.once == shared_files_kind) {
    if (warnings_.is_first(malformed.once)) emit(StudyWarned{index_, malformed.warning});
    return;
  }
  if (const auto warning = warning_about(trial, malformed))
    emit(TrialWarned{index_, trial.id, *warning});
}

/// Whether a report came after the decision at its resource, while the process ends, and replaces
/// the value there: nothing is decided on it.
bool StudyCore::replaces_decided(const TrialRecord& trial, const Reported& report) const {
  return rules_.last_report_counts && trial.has_process() && report.resource == trial.resource;
}

/// Whether the value at the resource of a report is not the first one any more.
bool StudyCore::replaced_before(const TrialRecord& trial, const Reported& report) {
  return trial.replaced.contains(report.resource);
}

/// Lets a report replace an earlier one at its resource, in results and for the searcher.
void StudyCore::replace(TrialRecord& trial, const Reported& report) {
  trial.replaced.insert(report.resource);
  emit(TrialReported{index_, trial.id, report.resource, report.metric,
                     TrialReported::Decision::proceed, report.values, true});
  best_.report(trial.id, report.resource, report.metric);
  announce_best();
}

/// Counts a report that the scheduler did not ignore.
void StudyCore::count(TrialRecord& trial, const Reported& report,
                      TrialReported::Decision decision) {
  totals_.count(report);
  if (report.resource >= trial.resource) {
    trial.resource = report.resource;
    trial.metric = report.metric;
  }
  ++trial.counted;
  trial.reported_on_way = true;
  // It resumes from any checkpoint again: it completes where its last program ends.
  if (!has_target(trial)) trial.ran_again = false;
  trial.idle_restarts = 0;
  emit(TrialReported{index_, trial.id, report.resource, report.metric, decision, report.values});
  for (std::string& warning : warnings_.about_columns(report.values))
    emit(StudyWarned{index_, std::move(warning)});
  if (report.resource > rules_.max_resource && warnings_.is_first("beyond the maximum"))
    emit(StudyWarned{index_, "trial " + std::to_string(trial.id) + " reported at resource " +
                                 std::to_string(report.resource) +
                                 ", beyond the maximum resource " +
                                 std::to_string(rules_.max_resource) +
                                 ": if it counts in another unit, report.resource_scale converts "
                                 "it (this is said once)"});
  if (!std::isfinite(report.metric))
    emit(TrialWarned{index_, trial.id, "the metric is not finite; the trial ranks last"});
  compare_lowest_rungs(report);
  best_.report(trial.id, report.resource, report.metric);
  announce_best();
}

/// Warns once if the lowest rung certainly says little about the next one.
void StudyCore::compare_lowest_rungs(const Reported& report) {
  constexpr std::size_t trials_min = 16;
  constexpr double correlation_min = 0.3;  // Promoted trials only: over all it would be higher.
  const std::size_t before = agreement_.trials_in_lowest_pair();
  agreement_.report(report.trial, report.resource, report.metric);
  const std::size_t trials = agreement_.trials_in_lowest_pair();
  // Looked at for 16, 32, 64, ... trials, so that all looks together cost little.
  if (trials == before || trials < trials_min || !std::has_single_bit(trials)) return;
  const auto pair = agreement_.lowest_pair();
  if (!pair || !pair->correlation || pair->correlation->upper >= correlation_min) return;
  if (!warnings_.is_first("lowest rung")) return;
  emit(StudyWarned{index_, "the lowest rung hardly predicts the next one: over the " +
                               std::to_string(pair->trials) +
                               " trials that reached both, the rank correlation of the metric at " +
                               std::to_string(pair->lower) + " and at " +
                               std::to_string(pair->upper) + " is " + text_of(*pair->correlation) +
                               ": which trials go on is largely chance. Raise grace_period (this "
                               "is said once)"});
}

/// Orders the end of a process, after which the trial is in state `next`.
void StudyCore::end_process(TrialRecord& trial, TrialState next) {
  check(trial.runs_on(), "the end of a process is ordered once");
  trial.next_state = next;
  outcome_.commands.push_back(EndAttempt{trial.id, trial.attempt});
}

// The end of the study.

void StudyCore::on(const TimeExpired& expired) {
  totals_.expire(expired.seconds);
  close_if_reached();
}

void StudyCore::on(const StopRequested& request) {
  if (request.how == StopRequested::How::stop) {
    close(Phase::stopped, StudyFinished::Outcome::stopped, request.reason, Cause::final);
    return;
  }
  interrupt(StudyFinished::Outcome::interrupted, request.reason);
}

/// Ends every program with its checkpoint; the next session continues the trials.
void StudyCore::interrupt(StudyFinished::Outcome outcome, const std::string& reason) {
  closing_.interrupt(outcome, reason);
  trials_.each([&](TrialRecord& trial) {
    if (trial.runs_on()) end_process(trial, TrialState::pending);
  });
}

/// Advances the study towards its end; at the last phase, stops every trial that runs or waits.
void StudyCore::close(Phase phase, StudyFinished::Outcome outcome, const std::string& reason,
                      Cause cause) {
  if (!closing_.advance(phase, outcome, reason, cause) || phase != Phase::stopped) return;
  trials_.each([&](TrialRecord& trial) {
    if (!trial.runs_on() && trial.state != TrialState::pending) return;
    trial.stop_reason = reason;
    trial.cut_short = cause != Cause::final;
    if (trial.runs_on()) {
      end_process(trial, TrialState::stopped);
      return;
    }
    trials_.move_to(trial, TrialState::stopped);
    emit(TrialStopped{index_, trial.id, trial.resource, reason, trial.cut_short});
  });
  check(!trials_.next_restart(), "no trial of a stopped study waits to be started again");
}

void StudyCore::close_if_reached() {
  const auto reached = totals_.reached(counts());
  if (reached) close(Phase::stopped, reached->outcome, reached->reason, Cause::limit);
}

void StudyCore::announce_start(const TrialRecord& trial) {
  emit(TrialStarted{index_, trial.id, trial.attempt, trial.started_from, trial.until, trial.node,
                    trial.config, trial.id < rules_.incumbents});
}

void StudyCore::announce(const schedulers::RungUnlocked& unlocked) {
  emit(RungUnlocked{index_, unlocked.resource, unlocked.epsilon, unlocked.cause,
                    unlocked.epsilon_capped, unlocked.spent});
}

void StudyCore::announce(const schedulers::HurdleRaised& hurdle) {
  emit(HurdleRaised{index_, hurdle.trial, hurdle.resource, hurdle.metric});
}

}  // namespace troupe::actors
