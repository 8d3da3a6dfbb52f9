#include "schedulers/sync_successive_halving.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "runtime/core/check.hpp"
#include "runtime/core/overloaded.hpp"

namespace troupe::schedulers {
namespace {}  // namespace

SyncSuccessiveHalving::SyncSuccessiveHalving(const SyncSuccessiveHalvingOptions& options)
    : options_(options), kinds_(bracket_rungs(options)) {
  open_bracket();
}

std::vector<Decision> SyncSuccessiveHalving::on(const Event& event) {
  using Decisions = std::vector<Decision>;
  return std::visit(Overloaded{
                        [&](const SlotOpened& slot) { return Decisions{assign(slot)}; },
                        [&](const TrialReported& report) {
                          const Decision decision = trials_.report(report, options_.max_resource);
                          if (!trials_.is(report.trial, TrialState::running) &&
                              !std::holds_alternative<ReportIgnored>(decision))
                            fill(report.trial, loss_of(options_.mode, report.metric));
                          return Decisions{decision};
                        },
                        [&](const TrialCompleted& completed) {
                          if (!trials_.is(completed.trial, TrialState::running)) return Decisions{};
                          trials_.complete(completed.trial);
                          const auto last = trials_.last(completed.trial);
                          const bool holds = last && options_.on_early_exit == EarlyExit::hold;
                          fill(completed.trial,
                               holds ? loss_of(options_.mode, last->metric) : failed_loss);
                          return Decisions{};
                        },
                        [&](const TrialFailed& gone) {
                          if (!trials_.is(gone.trial, TrialState::running) &&
                              !trials_.is(gone.trial, TrialState::paused))
                            return Decisions{};
                          trials_.fail(gone.trial);
                          fill(gone.trial, failed_loss);
                          return Decisions{};
                        },
                    },
                    event);
}

SchedulerStatus SyncSuccessiveHalving::standing() const {
  return {.ceiling = options_.max_resource};
}

Decision SyncSuccessiveHalving::assign(const SlotOpened& slot) {
  for (std::size_t b = first_open_; b < brackets_.size(); ++b) {
    if (brackets_[b].finished) continue;
    SyncRung& rung = brackets_[b].rungs.back();
    const auto place = rung.open_place();
    if (!place) continue;
    if (slot.offer == SlotOpened::Offer::anything || rung.places()[*place].trial)
      return hand_out(b, *place);
    const Resource level = rung.level();
    rung.fill(*place, failed_loss);
    settle(b);
    return SlotSkipped{level, static_cast<std::uint32_t>(b)};
  }
  if (slot.offer == SlotOpened::Offer::promotions)
    return Wait{"no new trial may start, and each rung waits for the trials in it: " +
                std::to_string(trials_.running()) + " are running"};
  open_bracket();
  return hand_out(brackets_.size() - 1, 0);
}

Decision SyncSuccessiveHalving::hand_out(std::size_t bracket, std::size_t place) {
  SyncRung& rung = brackets_[bracket].rungs.back();
  const auto number = static_cast<std::uint32_t>(bracket);
  if (const auto trial = rung.places()[place].trial) {
    rung.hand_out(place, *trial);
    trials_.resume(*trial, rung.level());
    return ResumeTrial{*trial, trials_.last(*trial)->resource, rung.level(), number};
  }
  const TrialId trial = trials_.start(rung.level());
  rung.hand_out(place, trial);
  seats_.push_back({number, static_cast<std::uint32_t>(place)});
  return StartTrial{trial, rung.level(), number};
}

void SyncSuccessiveHalving::open_bracket() {
  const std::size_t kind = brackets_.size() % kinds_.size();
  const RungSize& lowest = kinds_[kind].front();
  brackets_.push_back({.kind = kind, .rungs = {}, .finished = false});
  brackets_.back().rungs.emplace_back(lowest.resource, lowest.places);
}

/// The trial's result in the rung that it is in, unless it has one there.
void SyncSuccessiveHalving::fill(TrialId trial, double loss) {
  const Seat seat = seats_[trial];
  SyncRung& rung = brackets_[seat.bracket].rungs.back();
  if (seat.place >= rung.places().size()) return;
  const SyncRung::Place& place = rung.places()[seat.place];
  if (place.trial != trial || place.filled) return;
  rung.fill(seat.place, loss);
  settle(seat.bracket);
}

/// Judges each rung of the bracket that is complete, from the current one on.
void SyncSuccessiveHalving::settle(std::size_t bracket) {
  Bracket& at = brackets_[bracket];
  const auto& sizes = kinds_[at.kind];
  while (at.rungs.back().unfilled() == 0) {
    if (at.rungs.size() == sizes.size()) {
      at.finished = true;
      while (first_open_ < brackets_.size() && brackets_[first_open_].finished) ++first_open_;
      return;
    }
    promote(bracket, sizes[at.rungs.size()]);
  }
}

/// Opens the bracket's next rung. Results that are known already count there.
void SyncSuccessiveHalving::promote(std::size_t bracket, const RungSize& size) {
  auto& rungs = brackets_[bracket].rungs;
  std::vector<std::optional<TrialId>> trials;
  std::vector<bool> sound;
  for (const std::size_t place : promoted(rungs.back(), size.places)) {
    trials.push_back(rungs.back().places()[place].trial);
    sound.push_back(std::isfinite(rungs.back().places()[place].loss));
  }
  SyncRung& rung = rungs.emplace_back(size.resource, trials);
  for (std::size_t place = 0; place < trials.size(); ++place) {
    if (!trials[place]) continue;
    const TrialId trial = *trials[place];
    seats_[trial] = {static_cast<std::uint32_t>(bracket), static_cast<std::uint32_t>(place)};
    const auto last = trials_.last(trial);
    if (!sound[place] || trials_.is(trial, TrialState::failed))
      rung.fill(place, failed_loss);
    else if (trials_.is(trial, TrialState::completed) || last->resource >= rung.level())
      rung.fill(place, loss_of(options_.mode, last->metric));
  }
}

/// The places whose trials fill the next rung, in the order of that rung.
std::vector<std::size_t> SyncSuccessiveHalving::promoted(const SyncRung& rung, std::size_t places) {
  std::vector<std::size_t> best = rung.ranking();
  if (best.size() < places) {
    best.clear();
    for (const bool sound : {true, false})
      for (std::size_t place = 0; place < rung.places().size(); ++place)
        if (std::isfinite(rung.places()[place].loss) == sound) best.push_back(place);
  }
  best.resize(std::min(best.size(), places));
  return best;
}

}  // namespace troupe::schedulers
