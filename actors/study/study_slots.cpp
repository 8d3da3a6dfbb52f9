// Free slots: what is offered to the scheduler, and the suggestions for it.

#include <chrono>
#include <utility>

#include "actors/study/study.hpp"

namespace troupe::actors {

using runtime::Context;

namespace {

constexpr Duration disk_check_interval = std::chrono::seconds(1);

}  // namespace

/// Offers free slots to the scheduler while there are any.
void Study::advance(Context& self) {
  if (!hosts_.is_open()) return;
  while (const auto offer = hosts_.is_open() ? core_.offer() : std::nullopt) {
    if (!has_disk_space(self)) return;
    SlotFreed slot{offer->node, std::nullopt};
    if (offer->suggestion_for) {
      slot.suggestion = hosts_.take_suggestion();
      if (!slot.suggestion && !tries_promotion()) {
        start_patience(self, *offer->suggestion_for);
        break;  // Continues when the suggestion comes.
      }
    }
    take(self, std::move(slot));
    ask_suggestion(self);
  }
  ask_suggestion(self);
}

void Study::ask_suggestion(Context& self) {
  if (!hosts_.wants_suggestion()) return;
  const auto trial = core_.next_suggestion();
  if (!trial) return;
  may_promote_ = true;
  hosts_.ask_suggestion(self, *trial, history_.next_index());
}

void Study::on(Context& self, const Suggestion& suggestion) {
  if (self.sender() != self.node() && !hosts_.searches_on(self.sender()))
    return refuse_sender(self, "a suggestion, and the searcher is on another node");
  if (hosts_.accept(suggestion)) advance(self);
}

void Study::tell_facts(Context& self, std::uint64_t index,
                       std::vector<schedulers::SearchFact> facts) {
  if (late_) late_->learn(facts);
  hosts_.tell_facts(self, index, std::move(facts));
}

/// Whether the scheduler may be asked for a promotion while a suggestion is not ready: once for
/// each suggestion, and after each end of an attempt, so that few rows are in vain.
bool Study::tries_promotion() {
  return promotes_meanwhile_ && std::exchange(may_promote_, false);
}

void Study::start_patience(Context& self, TrialId trial) {
  if (!late_ || patience_for_ == trial) return;
  patience_for_ = trial;
  const std::chrono::duration<double> patience(options_.spec.searcher.patience_s);
  self.after(std::chrono::duration_cast<Duration>(patience), PatienceOver{trial});
}

void Study::on(Context& self, const PatienceOver& over) {
  if (patience_for_ == over.trial) patience_for_.reset();
  if (!hosts_.is_open() || !hosts_.suggestion_due()) return;
  const auto offer = core_.offer();
  if (!offer || offer->suggestion_for != over.trial || !has_disk_space(self)) return;
  hosts_.give_up_suggestion();
  take(self, SlotFreed{offer->node, late_->draw(over.trial, history_.next_index())});
  advance(self);
}

/// Whether trials may be started. If not, checks again after a while.
bool Study::has_disk_space(Context& self) {
  const bool was_full = !disk_full_.empty();
  const auto full = options_.disk_full_reason ? options_.disk_full_reason() : std::nullopt;
  disk_full_ = full.value_or(std::string());
  if (full && !std::exchange(disk_check_due_, true))
    self.after(disk_check_interval, CheckDiskSpace{});
  if (was_full == disk_full_.empty()) publish_soon(self);
  return disk_full_.empty();
}

void Study::on(Context& self, const CheckDiskSpace&) {
  disk_check_due_ = false;
  if (has_disk_space(self)) advance(self);
}

}  // namespace troupe::actors
