#include "schedulers/rung.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/core/check.hpp"

namespace troupe::schedulers {
namespace {

bool worse(const RungEntry& a, const RungEntry& b) {
  return b < a;
}

}  // namespace

Rung::Rung(Resource level, double fraction, Mode mode)
    : level_(level), fraction_(fraction), mode_(mode) {
  check(fraction > 0 && fraction < 1, "a part of a rung goes on, neither none nor all of it");
}

RungEntry Rung::enter(TrialId trial, double loss) {
  RungEntry entry{loss, insertions_++};
  entry.trial = trial & 0x7fffffffU;
  entries_.insert(entry);
  return entry;
}

// numpy's linear quantile of the metrics at level q (mode min) or 1 - q (max), in the reference's
// order of operations: its bits decide ties. Where it would touch a metric that is not finite, the
// finite neighbour is taken instead.
std::optional<double> Rung::cutoff() const {
  const std::size_t n = entries_.size();
  if (n < 2) return std::nullopt;
  const double p = mode_ == Mode::min ? fraction_ : 1 - fraction_;
  const double v = static_cast<double>(n - 1) * p + 1;
  const double whole = std::min(std::floor(v), static_cast<double>(n - 1));
  const double part = v - whole;
  const auto i = static_cast<std::size_t>(whole);
  const std::size_t j =
      mode_ == Mode::min ? i - 1 : n - i - 1;  // The better of the two neighbours.
  const double better = entries_.at(j).loss;
  const double worse_one = entries_.at(j + 1).loss;
  if (!std::isfinite(worse_one)) return better;
  if (mode_ == Mode::min) return part * worse_one + (1 - part) * better;
  const double rest = 1 - part;
  return rest * worse_one + (1 - rest) * better;
}

void Rung::wait(const RungEntry& entry) {
  check(std::isfinite(entry.loss), "only a trial with a finite metric may go on");
  waiting_.push_back(entry);
  std::ranges::push_heap(waiting_, worse);
}

const RungEntry* Rung::best_waiting() const {
  return waiting_.empty() ? nullptr : &waiting_.front();
}

void Rung::dismiss() {
  check(!waiting_.empty(), "somebody waits");
  std::ranges::pop_heap(waiting_, worse);
  waiting_.pop_back();
}

RungEntry Rung::promote() {
  check(!waiting_.empty(), "somebody waits");
  RungEntry entry = waiting_.front();
  dismiss();
  entries_.erase(entry);
  entry.order = insertions_++;
  entry.promoted = true;
  entries_.insert(entry);
  return entry;
}

}  // namespace troupe::schedulers
