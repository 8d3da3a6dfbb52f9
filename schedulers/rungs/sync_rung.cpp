#include "schedulers/rungs/sync_rung.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {

SyncRung::SyncRung(Resource level, std::size_t places)
    : level_(level), places_(places), unfilled_(places) {
  check(level >= 1, "a rung is at resource 1 or higher");
}

SyncRung::SyncRung(Resource level, const std::vector<std::optional<TrialId>>& trials)
    : SyncRung(level, trials.size()) {
  for (std::size_t place = 0; place < trials.size(); ++place) {
    places_[place].trial = trials[place];
    if (!trials[place]) fill(place, failed);
  }
}

std::optional<std::size_t> SyncRung::free_place() const {
  if (next_ == places_.size()) return std::nullopt;
  return next_;
}

bool SyncRung::awaits(TrialId trial, std::size_t place) const {
  return place < places_.size() && places_[place].trial == trial && !places_[place].filled;
}

void SyncRung::occupy(std::size_t place, TrialId trial) {
  check(place == next_ && place < places_.size(), "places are occupied in their order");
  check(places_[place].trial.value_or(trial) == trial, "a promoted trial occupies its own place");
  places_[place].trial = trial;
  places_[place].occupied = true;
  skip_taken_places();
}

void SyncRung::fill(std::size_t place, double loss) {
  check(!places_.at(place).filled, "a place is filled once");
  check(!std::isnan(loss), "a loss is a number or +infinity");
  places_[place].filled = true;
  places_[place].loss = loss;
  --unfilled_;
  skip_taken_places();
}

void SyncRung::skip_taken_places() {
  while (next_ < places_.size() && (places_[next_].occupied || places_[next_].filled)) ++next_;
}

std::vector<std::size_t> SyncRung::ranking() const {
  check(unfilled_ == 0, "a rung is ranked when all its places are filled");
  std::vector<std::size_t> order;
  for (std::size_t place = 0; place < places_.size(); ++place)
    if (std::isfinite(places_[place].loss)) order.push_back(place);
  std::ranges::stable_sort(order, {}, [this](std::size_t place) { return places_[place].loss; });
  return order;
}

void SyncRung::check_invariants() const {
  const auto filled = std::ranges::count(places_, true, &Place::filled);
  check(static_cast<std::size_t>(filled) + unfilled_ == places_.size(),
        "each place is filled or counted as unfilled");
  std::vector<TrialId> trials;
  for (std::size_t place = 0; place < places_.size(); ++place) {
    const Place& at = places_[place];
    check(place >= next_ || at.occupied || at.filled, "no place before the first free one is free");
    check(place != next_ || (!at.occupied && !at.filled), "the first free place is free");
    check(!at.occupied || at.trial.has_value(), "a trial occupies a place");
    if (at.trial) trials.push_back(*at.trial);
  }
  std::ranges::sort(trials);
  check(std::ranges::adjacent_find(trials) == trials.end(), "a trial has one place in a rung");
}

void note_rung(Decision& decision, const SyncRung& rung) {
  if (auto* pause = std::get_if<PauseTrial>(&decision))
    pause->judgement =
        Judgement{.rung = rung.level(), .entries = rung.places().size() - rung.unfilled() + 1};
}

}  // namespace troupe::schedulers
