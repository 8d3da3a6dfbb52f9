#include "schedulers/async_successive_halving.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "runtime/core/check.hpp"
#include "runtime/core/overloaded.hpp"
#include "runtime/core/rng.hpp"

namespace troupe::schedulers {

AsyncSuccessiveHalving::AsyncSuccessiveHalving(const AsyncSuccessiveHalvingOptions& options,
                                               Draw draw)
    : options_(options), draw_(std::move(draw)), hurdle_(options.incumbents) {
  const std::vector<Resource> levels = rung_levels(options);
  const std::vector<double> fractions = promotion_fractions(options);
  double sum = 0;
  for (const double share : bracket_distribution(options)) bounds_.push_back(sum += share);
  for (double& bound : bounds_) bound /= sum;
  if (!draw_)
    draw_ = [rng = Rng::stream(options.seed, "brackets")]() mutable { return rng.uniform(); };
  systems_.resize(options.own_rungs ? bounds_.size() : 1);
  for (std::vector<Rung>& rungs : systems_)
    for (std::size_t k = 0; k < levels.size(); ++k)
      rungs.emplace_back(levels[k], fractions[k], options.mode);
  if (options.ceiling == Ceiling::progressive && levels.size() >= 2)
    ceiling_.emplace(rungs(), options.max_resource, options.mode, options.ranking);
}

std::vector<Decision> AsyncSuccessiveHalving::on(const Event& event) {
  std::vector<Decision> decisions;
  std::visit(Overloaded{
                 [&](const SlotOpened& slot) { decisions.push_back(assign(slot)); },
                 [&](const TrialReported& report) { decisions = take(report); },
                 [&](const TrialCompleted& completed) { decisions = complete(completed.trial); },
                 [&](const TrialFailed& failed) {
                   if (failed.trial < trials_.size()) become(failed.trial, TrialState::failed);
                 },
             },
             event);
  if (!options_.incumbents.empty()) append_raised_hurdles(decisions);
  return decisions;
}

/// Behind everything else.
void AsyncSuccessiveHalving::append_raised_hurdles(std::vector<Decision>& decisions) {
  for (HurdleRaised raised : hurdle_.take_raised()) {
    raised.metric = metric_of(options_.mode, raised.metric);
    decisions.emplace_back(raised);
  }
}

SchedulerStatus AsyncSuccessiveHalving::standing() const {
  SchedulerStatus standing{.ceiling = limit()};
  if (ceiling_) {
    standing.epsilon = ceiling_->epsilon();
    standing.epsilon_capped = ceiling_->epsilon_capped();
  }
  if (!hurdle_.losses().empty()) {
    const auto& [resource, loss] = *hurdle_.losses().rbegin();
    standing.hurdle_resource = resource;
    standing.hurdle = metric_of(options_.mode, loss);
  }
  return standing;
}

/// How many cumulative probabilities the draw has reached.
std::size_t AsyncSuccessiveHalving::draw_bracket() {
  if (bounds_.size() == 1) return 0;
  const double drawn = draw_();
  const auto above = std::ranges::upper_bound(bounds_, drawn);
  return std::min(static_cast<std::size_t>(above - bounds_.begin()), bounds_.size() - 1);
}

Decision AsyncSuccessiveHalving::assign(const SlotOpened& slot) {
  const std::size_t drawn = draw_bracket();
  const std::size_t system = options_.own_rungs ? drawn : 0;
  const auto number = static_cast<std::uint32_t>(drawn);
  if (const auto trial = promote(systems_[system])) {
    const Resource from = curves_[*trial].last()->resource;
    become(*trial, TrialState::running);
    return ResumeTrial{*trial, from, milestone(*trial), number};
  }
  if (slot.offer == SlotOpened::Offer::promotions)
    return Wait{"none of the " + std::to_string(paused_) + " paused trials may go on yet, and " +
                std::to_string(running_) + " are running"};
  const auto fresh = static_cast<TrialId>(trials_.size());
  check(fresh <= std::numeric_limits<std::int32_t>::max(), "a study has fewer than 2^31 trials");
  trials_.push_back({TrialState::running, static_cast<std::uint16_t>(system), number});
  curves_.emplace_back();
  ++running_;
  return StartTrial{fresh, milestone(fresh), number};
}

std::vector<Rung>& AsyncSuccessiveHalving::rungs_of(TrialId trial) {
  return systems_[trials_[trial].system];
}

std::vector<Decision> AsyncSuccessiveHalving::take(const TrialReported& report) {
  using Reason = ReportIgnored::Reason;
  if (!is(report.trial, TrialState::running))
    return {ReportIgnored{.trial = report.trial, .reason = Reason::not_running}};
  Curve& curve = curves_[report.trial];
  if (const auto first = curve.at(report.resource))
    return {ReportIgnored{report.trial, Reason::duplicate, *first}};
  curve.add(report.resource, report.metric);

  std::vector<Decision> decisions{judge(report)};
  if (!ceiling_ || report.resource >= options_.max_resource) return decisions;
  ceiling_->reported(report.trial, report.resource, curves_);
  if (const auto unlocked = raise_ceiling(report.trial)) decisions.emplace_back(*unlocked);
  return decisions;
}

std::vector<Decision> AsyncSuccessiveHalving::complete(TrialId trial) {
  if (!is(trial, TrialState::running)) return {};
  become(trial, TrialState::completed);
  const auto last = curves_[trial].last();
  if (options_.on_early_exit == EarlyExit::drop || !last) return {};
  // As an incumbent it also sets the hurdle of these rungs; nothing else is at stake for it.
  (void)fault(enter_rungs(trial, options_.max_resource, last->metric));
  if (const auto unlocked = raise_ceiling(trial)) return {*unlocked};
  return {};
}

/// What becomes of a running trial that reported something new.
Decision AsyncSuccessiveHalving::judge(const TrialReported& report) {
  const TrialId trial = report.trial;
  const std::vector<RungEntry> entries = enter_rungs(trial, report.resource, report.metric);
  if (report.resource >= options_.max_resource) {
    become(trial, TrialState::completed);
    return StopTrial{trial, StopTrial::Reason::max_resource};
  }
  if (entries.empty()) return ContinueTrial{trial, milestone(trial)};
  if (options_.rule == Rule::promotion) return pause(entries);
  if (const auto reason = fault(entries)) {
    become(trial, TrialState::stopped);
    return StopTrial{trial, *reason};
  }
  if (report.resource >= limit()) return pause(entries);
  return ContinueTrial{trial, milestone(trial)};
}

/// Enters the trial into every rung up to `reached` that it is not in; returns the entries, lowest
/// rung first. Their last one is in rung `entered - 1` then.
std::vector<RungEntry> AsyncSuccessiveHalving::enter_rungs(TrialId trial, Resource reached,
                                                           double metric) {
  const double loss = loss_of(options_.mode, metric);
  std::vector<RungEntry> entries;
  std::uint32_t& entered = trials_[trial].entered;
  std::vector<Rung>& rungs = rungs_of(trial);
  for (; entered < rungs.size() && rungs[entered].level() <= reached; ++entered) {
    entries.push_back(rungs[entered].enter(trial, loss));
    if (ceiling_) ceiling_->entered(entered, entries.back());
  }
  return entries;
}

/// Why a trial that just made these entries must not go on; none if it may. The hurdle is looked at
/// only where the cutoff lets the trial pass.
std::optional<StopTrial::Reason> AsyncSuccessiveHalving::fault(
    const std::vector<RungEntry>& entries) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const RungEntry& entry = entries[i];
    const std::size_t k = trials_[entry.trial].entered - entries.size() + i;
    const Rung& rung = rungs_of(entry.trial)[k];
    const std::optional<double> cutoff = rung.cutoff();
    if (!std::isfinite(entry.loss) || (cutoff && entry.loss > *cutoff))
      return StopTrial::Reason::below_cutoff;
    if (!hurdle_.clears(entry.trial, rung.level(), entry.loss))
      return StopTrial::Reason::below_hurdle;
  }
  return std::nullopt;
}

/// Under `promotion` a trial must pass each rung that it entered, one after the other; under
/// `stopping` it has, and waits in the highest one for the ceiling to rise.
Decision AsyncSuccessiveHalving::pause(const std::vector<RungEntry>& entries) {
  const TrialId trial = entries.front().trial;
  become(trial, TrialState::paused);
  if (!std::isfinite(entries.front().loss)) return PauseTrial{trial};
  const std::size_t above = trials_[trial].entered;
  if (options_.rule == Rule::stopping) {
    rungs_of(trial)[above - 1].wait(entries.back());
    return PauseTrial{trial};
  }
  rungs_of(trial)[above - entries.size()].wait(entries.front());
  if (entries.size() > 1) beyond_[trial].assign(entries.begin() + 1, entries.end());
  return PauseTrial{trial};
}

std::optional<RungUnlocked> AsyncSuccessiveHalving::raise_ceiling(TrialId cause) {
  if (!ceiling_) return std::nullopt;
  const bool capped = ceiling_->epsilon_capped();
  if (!ceiling_->compare(systems_.front(), curves_)) return std::nullopt;
  return RungUnlocked{ceiling_->limit(), ceiling_->epsilon(), cause, capped};
}

/// The trial that goes on: the best that may in the highest rung, below the ceiling, with such.
std::optional<TrialId> AsyncSuccessiveHalving::promote(std::vector<Rung>& rungs) {
  for (std::size_t k = rungs.size(); k-- > 0;)
    if (rungs[k].level() < limit())
      if (const auto trial = promote_from(rungs, k)) return trial;
  return std::nullopt;
}

std::optional<TrialId> AsyncSuccessiveHalving::promote_from(std::vector<Rung>& rungs,
                                                            std::size_t k) {
  Rung& rung = rungs[k];
  const bool by_cutoff = options_.rule == Rule::promotion;
  const std::optional<double> cutoff =
      by_cutoff ? rung.cutoff() : std::numeric_limits<double>::infinity();
  if (!cutoff) return std::nullopt;
  while (const RungEntry* best = rung.best_waiting()) {
    const TrialId trial = best->trial;
    // Hurdles only ever rise: who fails one need not be asked again.
    if (!is(trial, TrialState::paused) ||
        (by_cutoff && !hurdle_.clears(trial, rung.level(), best->loss))) {
      rung.dismiss();
      continue;
    }
    if (best->loss > *cutoff) return std::nullopt;
    const RungEntry moved = rung.promote();
    if (ceiling_) ceiling_->reordered(k, moved);
    if (k + 1 == rungs.size() || !wait_beyond(rungs[k + 1], trial)) return trial;
    if (rungs[k + 1].level() < limit())
      if (const auto next = promote_from(rungs, k + 1)) return next;
  }
  return std::nullopt;
}

/// Whether `trial` is in `rung` already, having overshot the one below; if so, it waits there now.
bool AsyncSuccessiveHalving::wait_beyond(Rung& rung, TrialId trial) {
  const auto beyond = beyond_.find(trial);
  if (beyond == beyond_.end()) return false;
  rung.wait(beyond->second.front());
  beyond->second.erase(beyond->second.begin());
  if (beyond->second.empty()) beyond_.erase(beyond);
  return true;
}

bool AsyncSuccessiveHalving::is(TrialId trial, TrialState state) const {
  return trial < trials_.size() && trials_[trial].state == state;
}

void AsyncSuccessiveHalving::become(TrialId trial, TrialState state) {
  const auto count = [this](TrialState s) -> std::size_t* {
    return s == TrialState::running ? &running_ : s == TrialState::paused ? &paused_ : nullptr;
  };
  if (std::size_t* before = count(trials_[trial].state)) --*before;
  if (std::size_t* after = count(state)) ++*after;
  trials_[trial].state = state;
}

/// Where the trial is judged next.
Resource AsyncSuccessiveHalving::milestone(TrialId trial) const {
  const std::size_t next = trials_[trial].entered;
  return next < rungs().size() ? rungs()[next].level() : options_.max_resource;
}

Resource AsyncSuccessiveHalving::limit() const {
  return ceiling_ ? ceiling_->limit() : options_.max_resource;
}

}  // namespace troupe::schedulers
