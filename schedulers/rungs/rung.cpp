#include "schedulers/rungs/rung.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {
namespace {

/// The order of the heap: std::push_heap puts the greatest element on top.
bool is_worse(const RungEntry& a, const RungEntry& b) {
  return b < a;
}

}  // namespace

Rung::Rung(Resource level, double fraction, Mode mode)
    : level_(level), fraction_(fraction), mode_(mode) {
  check(fraction > 0 && fraction < 1, "the promotion fraction of a rung is between 0 and 1");
}

RungEntry Rung::enter(TrialId trial, double loss) {
  check(!std::isnan(loss), "a loss is a number or +infinity");
  check(insertions_ < std::numeric_limits<std::uint32_t>::max(),
        "a rung has fewer than 2^32 insertions");
  RungEntry entry{loss, insertions_++};
  entry.trial = trial & 0x7fffffffU;
  entries_.insert(entry);
  return entry;
}

// README 2.4. The order of operations is the reference's: the last bits of the result decide ties.
std::optional<double> Rung::cutoff() const {
  const std::size_t n = entries_.size();
  if (n < 2) return std::nullopt;
  const double p = mode_ == Mode::min ? fraction_ : 1 - fraction_;
  const double v = static_cast<double>(n - 1) * p + 1;
  const double floor = std::min(std::floor(v), static_cast<double>(n - 1));
  const double g = v - floor;
  const auto i = static_cast<std::size_t>(floor);
  const std::size_t better_place = mode_ == Mode::min ? i - 1 : n - i - 1;
  const double better = entries_.at(better_place).loss;
  const double worse = entries_.at(better_place + 1).loss;
  check(better <= worse, "the entries of a rung are sorted by loss");
  if (!std::isfinite(worse)) return better;
  if (mode_ == Mode::min) return g * worse + (1 - g) * better;
  const double h = 1 - g;
  return h * worse + (1 - h) * better;
}

void Rung::add_candidate(const RungEntry& entry) {
  check(std::isfinite(entry.loss), "only a trial with a finite metric is promoted");
  check(!entry.promoted, "a trial is promoted out of a rung once");
  candidates_.push_back(entry);
  std::ranges::push_heap(candidates_, is_worse);
}

const RungEntry* Rung::best_candidate() const {
  return candidates_.empty() ? nullptr : &candidates_.front();
}

void Rung::drop_candidate() {
  check(!candidates_.empty(), "a dropped candidate exists");
  std::ranges::pop_heap(candidates_, is_worse);
  candidates_.pop_back();
}

RungEntry Rung::promote() {
  check(!candidates_.empty(), "a promoted candidate exists");
  RungEntry entry = candidates_.front();
  drop_candidate();
  entries_.erase(entry);
  entry.order = insertions_++;
  entry.promoted = true;
  entries_.insert(entry);
  return entry;
}

void Rung::check_invariants() const {
  entries_.check_invariants();
  check(entries_.size() <= insertions_, "each entry was inserted");
  check(candidates_.size() <= entries_.size(), "each candidate is an entry");
  check(std::ranges::is_heap(candidates_, is_worse), "the candidates are a heap");
  std::vector<RungEntry> candidates = candidates_;
  std::ranges::sort(candidates, std::less<>{});
  std::vector<TrialId> trials;
  auto candidate = candidates.begin();
  entries_.for_each([&](const RungEntry& entry) {
    trials.push_back(entry.trial);
    check(entry.order < insertions_, "the insertion of an entry was counted");
    if (candidate == candidates.end() || *candidate < entry || entry < *candidate) return;
    check(candidate->trial == entry.trial && !entry.promoted,
          "a candidate is the entry of its trial and not promoted");
    ++candidate;
  });
  check(candidate == candidates.end(), "each candidate is an entry");
  std::ranges::sort(trials);
  check(std::ranges::adjacent_find(trials) == trials.end(), "a trial is in a rung once");
}

}  // namespace troupe::schedulers
