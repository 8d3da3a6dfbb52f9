#include "schedulers/sync_rung.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {

SyncRung::SyncRung(Resource level, std::size_t places)
    : level_(level), places_(places), unfilled_(places) {}

SyncRung::SyncRung(Resource level, const std::vector<std::optional<TrialId>>& trials)
    : SyncRung(level, trials.size()) {
  for (std::size_t place = 0; place < trials.size(); ++place) {
    places_[place].trial = trials[place];
    if (!trials[place]) fill(place, std::numeric_limits<double>::infinity());
  }
}

std::optional<std::size_t> SyncRung::open_place() const {
  if (next_ == places_.size()) return std::nullopt;
  return next_;
}

void SyncRung::hand_out(std::size_t place, TrialId trial) {
  check(place == next_, "places are handed out in their order");
  check(places_[place].trial.value_or(trial) == trial, "a promoted trial takes its own place");
  places_[place].trial = trial;
  places_[place].handed_out = true;
  while (next_ < places_.size() && (places_[next_].handed_out || places_[next_].filled)) ++next_;
}

void SyncRung::fill(std::size_t place, double loss) {
  check(!places_.at(place).filled, "a place is filled once");
  places_[place].filled = true;
  places_[place].loss = loss;
  --unfilled_;
  while (next_ < places_.size() && (places_[next_].handed_out || places_[next_].filled)) ++next_;
}

std::vector<std::size_t> SyncRung::ranking() const {
  check(unfilled_ == 0, "a rung is ranked once it is complete");
  std::vector<std::size_t> order;
  for (std::size_t place = 0; place < places_.size(); ++place)
    if (std::isfinite(places_[place].loss)) order.push_back(place);
  std::ranges::stable_sort(order, {}, [this](std::size_t place) { return places_[place].loss; });
  return order;
}

}  // namespace troupe::schedulers
