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
    : options_(options),
      draw_(std::move(draw)),
      hurdle_(options.incumbents, options.tolerance, options.champions) {
  const std::vector<Resource> levels = rung_levels(options);
  const std::vector<double> fractions = promotion_fractions(options);
  double sum = 0;
  for (const double share : bracket_distribution(options)) bracket_bounds_.push_back(sum += share);
  for (double& bound : bracket_bounds_) bound /= sum;
  if (!draw_)
    draw_ = [rng = Rng::stream(options.seed, "brackets")]() mutable { return rng.uniform(); };
  rung_systems_.resize(options.own_rungs ? bracket_bounds_.size() : 1);
  for (std::vector<Rung>& rungs : rung_systems_)
    for (std::size_t k = 0; k < levels.size(); ++k)
      rungs.emplace_back(levels[k], fractions[k], options.mode);
  if (options.ceiling == Ceiling::progressive && levels.size() >= 2)
    ceiling_.emplace(rungs(), options.max_resource, options.mode, options.ranking);
}

std::vector<Decision> AsyncSuccessiveHalving::on(const Event& event) {
  std::vector<Decision> decisions;
  std::visit(Overloaded{
                 [&](const SlotOpened& slot) { decisions.push_back(assign_slot(slot)); },
                 [&](const ReportReceived& report) { decisions = take(report); },
                 [&](const TrialCompleted& completed) { decisions = take(completed); },
                 [&](const TrialFailed& failure) {
                   if (failure.trial < trials_.started()) trials_.fail(failure.trial);
                 },
             },
             event);
  if (!options_.incumbents.empty()) append_raised_hurdles(decisions);
  return decisions;
}

SchedulerStatus AsyncSuccessiveHalving::status() const {
  SchedulerStatus status{.ceiling = limit()};
  if (ceiling_) {
    status.epsilon = ceiling_->epsilon();
    status.epsilon_capped = ceiling_->epsilon_capped();
  }
  if (!hurdle_.losses().empty()) {
    const auto& [resource, loss] = *hurdle_.losses().rbegin();
    status.hurdle_resource = resource;
    status.hurdle = metric_of(options_.mode, loss);
  }
  return status;
}

// README 3.1, steps 2 and 3; README 3.2, step 3.
Decision AsyncSuccessiveHalving::assign_slot(const SlotOpened& slot) {
  const std::size_t drawn = draw_bracket();
  const std::size_t system = options_.own_rungs ? drawn : 0;
  const auto bracket = static_cast<std::uint32_t>(drawn);
  if (const auto promoted = promote(rung_systems_[system])) {
    const TrialId trial = promoted->trial;
    const Resource from = trials_.last(trial)->resource;
    trials_.resume(trial);
    check(milestone(trial) > from, "a promoted trial goes further than before");
    return ResumeTrial{trial, from, milestone(trial), bracket, promoted->judgement};
  }
  if (slot.offer == SlotOpened::Offer::promotions)
    return Wait{"none of the " + std::to_string(trials_.paused()) +
                " paused trials may go on yet, and " + std::to_string(trials_.running()) +
                " are running"};
  const TrialId trial = trials_.start();
  positions_.push_back({static_cast<std::uint16_t>(system), bracket});
  check(positions_.size() == trials_.started(), "each trial has a position");
  return StartTrial{trial, milestone(trial), bracket};
}

/// README 5: the number of cumulative probabilities that are at most the drawn number.
std::size_t AsyncSuccessiveHalving::draw_bracket() {
  if (bracket_bounds_.size() == 1) return 0;
  const double drawn = draw_();
  check(drawn >= 0 && drawn < 1, "a draw is in [0, 1)");
  const auto above = std::ranges::upper_bound(bracket_bounds_, drawn);
  return std::min(static_cast<std::size_t>(above - bracket_bounds_.begin()),
                  bracket_bounds_.size() - 1);
}

/// README 3.1, step 2: promotes the best candidate that passes in the highest rung below the
/// ceiling that has one. Returns its trial, which is paused; none if no candidate passes.
std::optional<AsyncSuccessiveHalving::Promoted> AsyncSuccessiveHalving::promote(
    std::vector<Rung>& rungs) {
  for (std::size_t k = rungs.size(); k-- > 0;)
    if (rungs[k].level() < limit())
      if (const auto promoted = promote_from(rungs, k)) return promoted;
  return std::nullopt;
}

/// The same in rung `k`, and in the rungs above it that the candidate overshot into.
std::optional<AsyncSuccessiveHalving::Promoted> AsyncSuccessiveHalving::promote_from(
    std::vector<Rung>& rungs, std::size_t k) {
  Rung& rung = rungs[k];
  const bool by_cutoff = options_.rule == Rule::promotion;
  const std::optional<double> cutoff =
      by_cutoff ? rung.cutoff() : std::numeric_limits<double>::infinity();
  if (!cutoff) return std::nullopt;
  while (const RungEntry* best = rung.best_candidate()) {
    const TrialId trial = best->trial;
    // A hurdle never becomes weaker: a candidate that fails the test once is dropped.
    if (!trials_.is(trial, TrialState::paused) ||
        (by_cutoff && !hurdle_.clears(trial, rung.level(), best->loss))) {
      rung.drop_candidate();
      continue;
    }
    if (best->loss > *cutoff) return std::nullopt;
    const RungEntry moved = rung.promote();
    if (ceiling_) ceiling_->reordered(k, moved);
    if (k + 1 == rungs.size() || !become_candidate_above(rungs[k + 1], trial))
      return Promoted{trial, judgement_in(rung, by_cutoff ? cutoff : std::nullopt)};
    if (rungs[k + 1].level() < limit())
      if (const auto next = promote_from(rungs, k + 1)) return next;
  }
  return std::nullopt;
}

/// Makes a trial that was promoted out of the rung below a candidate in `rung`, if it overshot into
/// `rung`. Returns whether it did.
bool AsyncSuccessiveHalving::become_candidate_above(Rung& rung, TrialId trial) {
  const auto above = entries_above_.find(trial);
  if (above == entries_above_.end()) return false;
  check(!above->second.empty(), "a trial without further entries is not kept");
  rung.add_candidate(above->second.front());
  above->second.erase(above->second.begin());
  if (above->second.empty()) entries_above_.erase(above);
  return true;
}

std::vector<Decision> AsyncSuccessiveHalving::take(const ReportReceived& report) {
  const auto before = report.trial < trials_.started() ? trials_.last(report.trial) : std::nullopt;
  if (const auto ignored = trials_.record(report)) return {*ignored};
  spent_ += std::max<Resource>(report.resource - (before ? before->resource : 0), 0);
  std::vector<Decision> decisions{judge(report)};
  if (!ceiling_ || report.resource >= options_.max_resource) return decisions;
  ceiling_->reported(report.trial, report.resource, trials_.curves());
  if (const auto unlocked = raise_ceiling(report.trial)) decisions.emplace_back(*unlocked);
  return decisions;
}

/// README 3.1, step 1; README 3.2, steps 1 and 2: the decision about a running trial with a new
/// report.
Decision AsyncSuccessiveHalving::judge(const ReportReceived& report) {
  const TrialId trial = report.trial;
  const std::vector<RungEntry> entries = enter_rungs(trial, report.resource, report.metric);
  if (report.resource >= options_.max_resource) {
    trials_.complete(trial);
    return StopTrial{trial, StopTrial::Reason::max_resource};
  }
  if (entries.empty()) return ContinueTrial{trial, milestone(trial)};
  if (options_.rule == Rule::promotion) return pause(entries, std::nullopt);
  Judgement judgement;
  if (const auto reason = stop_reason(entries, judgement)) {
    trials_.stop(trial);
    return StopTrial{trial, *reason, judgement};
  }
  if (report.resource >= limit()) return pause(entries, judgement);
  return ContinueTrial{trial, milestone(trial), judgement};
}

/// Enters the trial into every rung up to `reached` that it has not entered. Returns the new
/// entries, lowest rung first; the last one is in rung `next_rung - 1`.
std::vector<RungEntry> AsyncSuccessiveHalving::enter_rungs(TrialId trial, Resource reached,
                                                           double metric) {
  const double loss = loss_of(options_.mode, metric);
  std::vector<RungEntry> entries;
  std::uint32_t& next = positions_[trial].next_rung;
  std::vector<Rung>& rungs = rungs_of(trial);
  for (; next < rungs.size() && rungs[next].level() <= reached; ++next) {
    entries.push_back(rungs[next].enter(trial, loss));
    if (ceiling_) ceiling_->entered(next, entries.back());
  }
  return entries;
}

/// The reason why a trial with these new entries must stop; none if it passes all their rungs. The
/// hurdle is tested only where the trial passes the cutoff (README 6.1). `judgement`: set to that
/// in the last rung that was looked at.
std::optional<StopTrial::Reason> AsyncSuccessiveHalving::stop_reason(
    const std::vector<RungEntry>& entries, Judgement& judgement) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const RungEntry& entry = entries[i];
    const std::size_t k = positions_[entry.trial].next_rung - entries.size() + i;
    const Rung& rung = rungs_of(entry.trial)[k];
    const std::optional<double> cutoff = rung.cutoff();
    judgement = judgement_in(rung, cutoff);
    if (std::isfinite(entry.loss) && hurdle_.is_champion(entry.trial, rung.level(), entry.loss)) {
      (void)hurdle_.clears(entry.trial, rung.level(), entry.loss);  // It may raise the hurdle.
      continue;
    }
    if (!std::isfinite(entry.loss) || (cutoff && entry.loss > *cutoff))
      return StopTrial::Reason::below_cutoff;
    if (!hurdle_.clears(entry.trial, rung.level(), entry.loss))
      return StopTrial::Reason::below_hurdle;
  }
  return std::nullopt;
}

/// Pauses a trial with these new entries. Under `promotion` it is a candidate in the lowest of them
/// (README 3.4). Under `stopping` it passed all of them, so it is a candidate in the highest.
/// `passed`: the judgement that it passed, if any.
Decision AsyncSuccessiveHalving::pause(const std::vector<RungEntry>& entries,
                                       const std::optional<Judgement>& passed) {
  const TrialId trial = entries.front().trial;
  trials_.pause(trial);
  const Rung& highest = rungs_of(trial)[positions_[trial].next_rung - 1];
  const PauseTrial decision{trial, passed ? *passed : judgement_in(highest, std::nullopt)};
  if (!std::isfinite(entries.front().loss)) return decision;
  const std::size_t next = positions_[trial].next_rung;
  check(next >= entries.size(), "each entry is in a rung below the next one");
  if (options_.rule == Rule::stopping) {
    rungs_of(trial)[next - 1].add_candidate(entries.back());
    return decision;
  }
  rungs_of(trial)[next - entries.size()].add_candidate(entries.front());
  if (entries.size() > 1) entries_above_[trial].assign(entries.begin() + 1, entries.end());
  return decision;
}

/// `cutoff`: the highest loss that passes.
Judgement AsyncSuccessiveHalving::judgement_in(const Rung& rung,
                                               const std::optional<double>& cutoff) const {
  Judgement judgement{.rung = rung.level(), .entries = rung.size()};
  if (cutoff) judgement.cutoff = metric_of(options_.mode, *cutoff);
  if (ceiling_) judgement.epsilon = ceiling_->epsilon();
  return judgement;
}

/// README 4.1, step 3; README 4.6.
std::optional<RungUnlocked> AsyncSuccessiveHalving::raise_ceiling(TrialId cause) {
  if (!ceiling_) return std::nullopt;
  const bool capped = ceiling_->epsilon_capped();
  if (ceiling_->compare(rungs(), trials_.curves()))
    return RungUnlocked{ceiling_->limit(), ceiling_->epsilon(), cause, capped};
  if (!options_.spend || limit() == options_.max_resource) return std::nullopt;
  const auto next = static_cast<double>(ceiling_->next_limit(rungs()));
  if (static_cast<double>(spent_) < *options_.spend * next) return std::nullopt;
  ceiling_->rise(rungs(), trials_.curves());
  return RungUnlocked{ceiling_->limit(), ceiling_->epsilon(), cause, capped, spent_};
}

// README 10, item 4.
std::vector<Decision> AsyncSuccessiveHalving::take(const TrialCompleted& completed) {
  const TrialId trial = completed.trial;
  if (!trials_.is(trial, TrialState::running)) return {};
  trials_.complete(trial);
  const auto last = trials_.last(trial);
  if (options_.on_early_exit == EarlyExit::drop || !last) return {};
  // Called for its effect: an incumbent sets the hurdles of the rungs that it enters.
  Judgement unused;
  (void)stop_reason(enter_rungs(trial, options_.max_resource, last->metric), unused);
  if (const auto unlocked = raise_ceiling(trial)) return {*unlocked};
  return {};
}

/// Hurdles follow all other decisions.
void AsyncSuccessiveHalving::append_raised_hurdles(std::vector<Decision>& decisions) {
  for (HurdleRaised raised : hurdle_.take_raised()) {
    raised.metric = metric_of(options_.mode, raised.metric);
    decisions.emplace_back(raised);
  }
}

std::vector<Rung>& AsyncSuccessiveHalving::rungs_of(TrialId trial) {
  return rung_systems_[positions_[trial].system];
}

/// The level of the next rung of the trial, or R.
Resource AsyncSuccessiveHalving::milestone(TrialId trial) const {
  const std::size_t next = positions_[trial].next_rung;
  return next < rungs().size() ? rungs()[next].level() : options_.max_resource;
}

/// The ceiling.
Resource AsyncSuccessiveHalving::limit() const {
  return ceiling_ ? ceiling_->limit() : options_.max_resource;
}

void AsyncSuccessiveHalving::check_invariants() const {
  trials_.check_invariants();
  check(positions_.size() == trials_.started(), "each trial has a position");
  for (std::size_t system = 0; system < rung_systems_.size(); ++system)
    for (std::size_t k = 0; k < rung_systems_[system].size(); ++k) {
      const Rung& rung = rung_systems_[system][k];
      rung.check_invariants();
      check(k == 0 || rung_systems_[system][k - 1].level() < rung.level(), "levels rise");
      rung.entries().for_each([&](const RungEntry& entry) {
        check(entry.trial < positions_.size(), "only started trials are in rungs");
        check(positions_[entry.trial].system == system, "a trial is in rungs of its own system");
        check(positions_[entry.trial].next_rung > k, "the next rung is above all entered rungs");
      });
    }
  for (const auto& [trial, entries] : entries_above_)
    check(!entries.empty() && entries.size() < positions_.at(trial).next_rung,
          "a trial that overshot has entries in rungs that it entered");
  if (ceiling_) ceiling_->check_invariants(rungs());
}

}  // namespace troupe::schedulers
