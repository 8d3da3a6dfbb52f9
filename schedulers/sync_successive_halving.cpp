#include "schedulers/sync_successive_halving.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "runtime/core/check.hpp"
#include "runtime/core/overloaded.hpp"

namespace troupe::schedulers {

SyncSuccessiveHalving::SyncSuccessiveHalving(const SyncSuccessiveHalvingOptions& options)
    : options_(options),
      kinds_(bracket_rungs(options)),
      trials_(options.mode, options.on_early_exit, options.max_resource) {
  open_bracket();
}

std::vector<Decision> SyncSuccessiveHalving::on(const Event& event) {
  using Decisions = std::vector<Decision>;
  return std::visit(
      Overloaded{
          [&](const SlotOpened& slot) { return Decisions{assign_slot(slot)}; },
          [&](const ReportReceived& report) {
            auto [decision, loss] = trials_.on(report);
            if (loss)
              note_rung(decision, brackets_.at(trials_.seat(report.trial).bracket).rungs.back());
            if (loss) fill_place(report.trial, *loss);
            return Decisions{decision};
          },
          [&](const auto& end) {  // TrialCompleted or TrialFailed.
            if (const auto loss = trials_.on(end)) fill_place(end.trial, *loss);
            return Decisions{};
          },
      },
      event);
}

SchedulerStatus SyncSuccessiveHalving::status() const {
  return {.ceiling = options_.max_resource};
}

// README 7, step 1.
Decision SyncSuccessiveHalving::assign_slot(const SlotOpened& slot) {
  for (std::size_t b = first_open_; b < brackets_.size(); ++b) {
    if (brackets_[b].finished) continue;
    const auto number = static_cast<std::uint32_t>(b);
    SyncRung& rung = brackets_[b].rungs.back();
    const auto place = rung.free_place();
    if (!place) continue;
    if (slot.offer == SlotOpened::Offer::anything || rung.places()[*place].trial)
      return trials_.occupy(rung, number, *place);
    const Resource level = rung.level();
    rung.fill(*place, SyncRung::failed);
    promote_from_full_rungs(brackets_[b], number);
    return SlotSkipped{level, number};
  }
  if (slot.offer == SlotOpened::Offer::promotions)
    return Wait{"no new trial may start, and each rung waits for the trials in it: " +
                std::to_string(trials_.running()) + " are running"};
  open_bracket();
  return trials_.occupy(brackets_.back().rungs.back(),
                        static_cast<std::uint32_t>(brackets_.size() - 1), 0);
}

void SyncSuccessiveHalving::open_bracket() {
  const std::size_t kind = brackets_.size() % kinds_.size();
  const RungSize& lowest = kinds_[kind].front();
  brackets_.push_back({.kind = kind, .rungs = {}, .finished = false});
  brackets_.back().rungs.emplace_back(lowest.resource, lowest.places);
}

// README 7, step 2. A trial that was not promoted has no place in the current rung.
void SyncSuccessiveHalving::fill_place(TrialId trial, double loss) {
  const SyncTrials::Seat seat = trials_.seat(trial);
  Bracket& bracket = brackets_.at(seat.bracket);
  if (!bracket.rungs.back().awaits(trial, seat.place)) return;
  bracket.rungs.back().fill(seat.place, loss);
  promote_from_full_rungs(bracket, seat.bracket);
}

/// README 7, step 3, as long as the current rung of the bracket is full. A new rung may be full at
/// once, because the losses of its trials may be known. `number`: index of the bracket.
void SyncSuccessiveHalving::promote_from_full_rungs(Bracket& bracket, std::uint32_t number) {
  const std::vector<RungSize>& sizes = kinds_[bracket.kind];
  while (bracket.rungs.back().unfilled() == 0) {
    if (bracket.rungs.size() == sizes.size()) {
      bracket.finished = true;
      while (first_open_ < brackets_.size() && brackets_[first_open_].finished) ++first_open_;
      return;
    }
    const RungSize& size = sizes[bracket.rungs.size()];
    const SyncRung& below = bracket.rungs.back();
    bracket.rungs.push_back(
        trials_.promote(below, best_places(below, size.places), size.resource, number));
  }
}

/// The places of a full rung whose trials fill the next one, in the order of the next one: at most
/// `count` places, best first. If fewer than `count` have finite losses: those in the order of
/// places, then the failed ones in the order of places.
std::vector<std::size_t> SyncSuccessiveHalving::best_places(const SyncRung& rung,
                                                            std::size_t count) {
  std::vector<std::size_t> best = rung.ranking();
  if (best.size() < count) {
    best.clear();
    for (const bool finite : {true, false})
      for (std::size_t place = 0; place < rung.places().size(); ++place)
        if (std::isfinite(rung.places()[place].loss) == finite) best.push_back(place);
  }
  best.resize(std::min(best.size(), count));
  return best;
}

void SyncSuccessiveHalving::check_invariants() const {
  trials_.check_invariants();
  check(!brackets_.empty() && first_open_ <= brackets_.size(), "a bracket has been opened");
  for (std::size_t b = 0; b < brackets_.size(); ++b) {
    const Bracket& bracket = brackets_[b];
    const std::vector<RungSize>& sizes = kinds_[bracket.kind];
    check(bracket.kind == b % kinds_.size(), "kinds of brackets are opened in turn");
    check(b >= first_open_ || bracket.finished, "each bracket before the first open one is over");
    check(!bracket.rungs.empty() && bracket.rungs.size() <= sizes.size(),
          "a bracket has at most the rungs of its kind");
    for (std::size_t k = 0; k < bracket.rungs.size(); ++k) {
      const SyncRung& rung = bracket.rungs[k];
      rung.check_invariants();
      check(rung.level() == sizes[k].resource, "a rung has the level of its kind");
      check(rung.places().size() <= sizes[k].places, "a rung has at most the places of its kind");
      const bool is_current = k + 1 == bracket.rungs.size() && !bracket.finished;
      check((rung.unfilled() == 0) != is_current, "the current rung is the only one not full");
    }
  }
}

}  // namespace troupe::schedulers
