#include "schedulers/sync_rush.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "runtime/core/check.hpp"
#include "runtime/core/overloaded.hpp"

namespace troupe::schedulers {
namespace {}  // namespace

SyncRush::SyncRush(const SyncRushOptions& options)
    : options_(options), incumbents_(options.incumbents.begin(), options.incumbents.end()) {
  check(problems(options).empty(), "a scheduler is made of options that make sense");
  rounds_ = rounds(options);
  const Resource level = std::min(units(options, 0, options.arms), options.max_resource);
  rungs_.emplace_back(level, options.arms);
}

std::vector<Decision> SyncRush::on(const Event& event) {
  std::vector<HurdleRaised> raised;
  std::vector<Decision> decisions;
  std::visit(Overloaded{
                 [&](const SlotOpened& slot) { decisions.push_back(assign(slot, raised)); },
                 [&](const TrialReported& report) {
                   decisions.push_back(trials_.report(report, options_.max_resource));
                   if (!trials_.is(report.trial, TrialState::running) &&
                       !std::holds_alternative<ReportIgnored>(decisions[0]))
                     fill(report.trial, loss_of(options_.mode, report.metric), raised);
                 },
                 [&](const TrialCompleted& completed) {
                   if (!trials_.is(completed.trial, TrialState::running)) return;
                   trials_.complete(completed.trial);
                   const auto last = trials_.last(completed.trial);
                   const bool holds = last && options_.on_early_exit == EarlyExit::hold;
                   fill(completed.trial, holds ? loss_of(options_.mode, last->metric) : failed_loss,
                        raised);
                 },
                 [&](const TrialFailed& gone) {
                   if (!trials_.is(gone.trial, TrialState::running) &&
                       !trials_.is(gone.trial, TrialState::paused))
                     return;
                   trials_.fail(gone.trial);
                   fill(gone.trial, failed_loss, raised);
                 },
             },
             event);
  decisions.insert(decisions.end(), raised.begin(), raised.end());
  return decisions;
}

SchedulerStatus SyncRush::standing() const {
  return {.ceiling = options_.max_resource,
          .hurdle_resource = hurdle_.resource,
          .hurdle = hurdle_.metric};
}

Decision SyncRush::assign(const SlotOpened& slot, std::vector<HurdleRaised>& raised) {
  if (finished()) return NothingLeft{end_};
  SyncRung& rung = rungs_.back();
  const auto number = std::to_string(rungs_.size()) + " of " + std::to_string(rounds_);
  if (const auto place = rung.open_place()) {
    if (slot.offer == SlotOpened::Offer::anything || rung.places()[*place].trial)
      return hand_out(*place);
    const Resource level = rung.level();
    rung.fill(*place, failed_loss);
    settle(raised);
    return SlotSkipped{level};
  }
  if (static_cast<int>(rungs_.size()) == rounds_)
    return NothingLeft{"every arm of the last round, " + number + ", was started"};
  return Wait{"round " + number + " waits for " + std::to_string(rung.unfilled()) + " of " +
              std::to_string(rung.places().size()) + " arms"};
}

Decision SyncRush::hand_out(std::size_t place) {
  SyncRung& rung = rungs_.back();
  if (const auto trial = rung.places()[place].trial) {
    rung.hand_out(place, *trial);
    trials_.resume(*trial, rung.level());
    return ResumeTrial{*trial, trials_.last(*trial)->resource, rung.level()};
  }
  const TrialId trial = trials_.start(rung.level());
  rung.hand_out(place, trial);
  seats_.push_back(place);
  return StartTrial{trial, rung.level()};
}

/// The arm's result in the current round, unless it has one there, or was dropped before.
void SyncRush::fill(TrialId trial, double loss, std::vector<HurdleRaised>& raised) {
  SyncRung& rung = rungs_.back();
  const std::size_t seat = seats_[trial];
  if (seat >= rung.places().size()) return;
  const SyncRung::Place& place = rung.places()[seat];
  if (place.trial != trial || place.filled) return;
  rung.fill(seat, loss);
  settle(raised);
}

/// Judges each round that is complete, from the current one on.
void SyncRush::settle(std::vector<HurdleRaised>& raised) {
  while (!finished() && rungs_.back().unfilled() == 0) {
    const std::vector<TrialId> left = survivors(raised);
    if (!raised.empty()) hurdle_ = raised.back();
    if (left.empty())
      end_ = "no arm has a finite metric";
    else if (static_cast<int>(rungs_.size()) == rounds_)
      end_ = "all " + std::to_string(rounds_) + " rounds are over";
    else
      begin_round(left);
  }
}

/// Who goes on from the current round, in the order of arms.
std::vector<TrialId> SyncRush::survivors(std::vector<HurdleRaised>& raised) const {
  const SyncRung& rung = rungs_.back();
  const std::vector<std::size_t> ranking = rung.ranking();
  std::size_t most = survivors_max(options_, static_cast<int>(rungs_.size()) - 1);
  for (std::size_t rank = 0; rank < ranking.size(); ++rank) {
    const SyncRung::Place& place = rung.places()[ranking[rank]];
    if (!incumbents_.contains(*place.trial)) continue;
    raised.push_back({*place.trial, rung.level(), metric_of(options_.mode, place.loss)});
    most = std::min(most, rank + 1);
    break;
  }
  std::vector<TrialId> left;
  for (std::size_t rank = 0; rank < ranking.size() && rank < most; ++rank)
    left.push_back(*rung.places()[ranking[rank]].trial);
  std::ranges::sort(left);
  return left;
}

/// Results that are known already count in the new round.
void SyncRush::begin_round(const std::vector<TrialId>& arms) {
  const int k = static_cast<int>(rungs_.size());
  const Resource share = units(options_, k, arms.size());
  const Resource level = std::min(rungs_.back().level() + share, options_.max_resource);
  SyncRung& rung =
      rungs_.emplace_back(level, std::vector<std::optional<TrialId>>(arms.begin(), arms.end()));
  for (std::size_t place = 0; place < arms.size(); ++place) {
    seats_[arms[place]] = place;
    const auto last = trials_.last(arms[place]);
    if (trials_.is(arms[place], TrialState::failed))
      rung.fill(place, failed_loss);
    else if (trials_.is(arms[place], TrialState::completed) || last->resource >= level)
      rung.fill(place, loss_of(options_.mode, last->metric));
  }
}

}  // namespace troupe::schedulers
