#include "schedulers/sync_rush.hpp"

#include <algorithm>
#include <utility>

#include "runtime/core/check.hpp"
#include "runtime/core/overloaded.hpp"

namespace troupe::schedulers {

SyncRush::SyncRush(const SyncRushOptions& options)
    : options_(options),
      incumbents_(options.incumbents.begin(), options.incumbents.end()),
      trials_(options.mode, options.on_early_exit, options.max_resource) {
  check(problems(options).empty(), "the options have no problems");
  rounds_ = rounds(options);
  const Resource level = std::min(units(options, 0, options.arms), options.max_resource);
  rungs_.emplace_back(level, options.arms);
}

std::vector<Decision> SyncRush::on(const Event& event) {
  std::vector<HurdleRaised> raised;
  std::vector<Decision> decisions;
  std::visit(Overloaded{
                 [&](const SlotOpened& slot) { decisions.push_back(assign_slot(slot, raised)); },
                 [&](const ReportReceived& report) {
                   auto [decision, loss] = trials_.on(report);
                   if (loss) note_rung(decision, rungs_.back());
                   decisions.push_back(decision);
                   if (loss) fill_place(report.trial, *loss, raised);
                 },
                 [&](const auto& end) {  // TrialCompleted or TrialFailed.
                   if (const auto loss = trials_.on(end)) fill_place(end.trial, *loss, raised);
                 },
             },
             event);
  decisions.insert(decisions.end(), raised.begin(), raised.end());
  return decisions;
}

SchedulerStatus SyncRush::status() const {
  return {.ceiling = options_.max_resource,
          .hurdle_resource = hurdle_.resource,
          .hurdle = hurdle_.metric};
}

// README 8, step 1.
Decision SyncRush::assign_slot(const SlotOpened& slot, std::vector<HurdleRaised>& raised) {
  if (finished()) return NothingLeft{end_reason_};
  SyncRung& rung = rungs_.back();
  const auto number = std::to_string(rungs_.size()) + " of " + std::to_string(rounds_);
  if (const auto place = rung.free_place()) {
    if (slot.offer == SlotOpened::Offer::anything || rung.places()[*place].trial)
      return trials_.occupy(rung, 0, *place);
    const Resource level = rung.level();
    rung.fill(*place, SyncRung::failed);
    end_full_rounds(raised);
    return SlotSkipped{level};
  }
  if (static_cast<int>(rungs_.size()) == rounds_)
    return NothingLeft{"every arm of the last round, " + number + ", was started"};
  return Wait{"round " + number + " waits for " + std::to_string(rung.unfilled()) + " of " +
              std::to_string(rung.places().size()) + " arms"};
}

/// Fills the arm's place in the current round, unless the arm was dropped before.
void SyncRush::fill_place(TrialId trial, double loss, std::vector<HurdleRaised>& raised) {
  SyncRung& rung = rungs_.back();
  const std::size_t place = trials_.seat(trial).place;
  if (!rung.awaits(trial, place)) return;
  rung.fill(place, loss);
  end_full_rounds(raised);
}

/// Ends the current round if all its arms have results, and so on: a new round may be full at once,
/// because the losses of its arms may be known.
void SyncRush::end_full_rounds(std::vector<HurdleRaised>& raised) {
  while (!finished() && rungs_.back().unfilled() == 0) {
    const std::vector<std::size_t> left = survivors(raised);
    if (!raised.empty()) hurdle_ = raised.back();
    if (left.empty())
      end_reason_ = "no arm has a finite metric";
    else if (static_cast<int>(rungs_.size()) == rounds_)
      end_reason_ = "all " + std::to_string(rounds_) + " rounds are over";
    else
      begin_round(left);
  }
}

/// README 8, steps 2 and 3: the places of the current round whose arms survive, in rising order.
/// Appends the hurdle that the best incumbent sets.
std::vector<std::size_t> SyncRush::survivors(std::vector<HurdleRaised>& raised) const {
  const SyncRung& rung = rungs_.back();
  const std::vector<std::size_t> ranking = rung.ranking();
  std::size_t count = survivors_max(options_, static_cast<int>(rungs_.size()) - 1);
  for (std::size_t rank = 0; rank < ranking.size(); ++rank) {
    const SyncRung::Place& place = rung.places()[ranking[rank]];
    if (!incumbents_.contains(*place.trial)) continue;
    raised.push_back({*place.trial, rung.level(), metric_of(options_.mode, place.loss)});
    count = std::min(count, rank + 1);
    break;
  }
  count = std::min(count, ranking.size());
  std::vector<std::size_t> places(ranking.begin(),
                                  ranking.begin() + static_cast<std::ptrdiff_t>(count));
  std::ranges::sort(places);
  return places;
}

/// `survivors`: places of the current round.
void SyncRush::begin_round(const std::vector<std::size_t>& survivors) {
  const int k = static_cast<int>(rungs_.size());
  const Resource share = units(options_, k, survivors.size());
  const Resource level = std::min(rungs_.back().level() + share, options_.max_resource);
  rungs_.push_back(trials_.promote(rungs_.back(), survivors, level, 0));
}

void SyncRush::check_invariants() const {
  trials_.check_invariants();
  check(!rungs_.empty() && static_cast<int>(rungs_.size()) <= rounds_,
        "1 to ceil(log_eta n) rounds have begun");
  for (std::size_t k = 0; k < rungs_.size(); ++k) {
    const SyncRung& rung = rungs_[k];
    rung.check_invariants();
    check(rung.level() <= options_.max_resource, "no arm runs beyond R");
    check(k == 0 || rung.level() >= rungs_[k - 1].level(), "a round never takes resources back");
    check(k == 0 || rung.places().size() <= survivors_max(options_, static_cast<int>(k) - 1),
          "at most n / eta^(k+1) arms survive round k");
    const bool is_current = k + 1 == rungs_.size() && !finished();
    check((rung.unfilled() == 0) != is_current, "the current round is the only one not full");
  }
}

}  // namespace troupe::schedulers
