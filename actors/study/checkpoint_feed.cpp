#include "actors/study/checkpoint_feed.hpp"

#include <utility>
#include <variant>

#include "actors/results/study_state.hpp"

namespace troupe::actors {

void CheckpointFeed::tell(runtime::Context& self, const std::vector<PendingRow>& rows,
                          const StudyCore& core) {
  if (!store_) return;
  bool more_than_reports = false;
  for (const PendingRow& pending : rows) {
    more_than_reports |= add_news(pending.row.events, collected_.trials);
    for (const Command& command : pending.commands)
      if (const auto* release = std::get_if<ReleaseCheckpoints>(&command)) {
        collected_.released.push_back({release->trial, release->attempt});
        more_than_reports = true;
      }
  }
  if (!more_than_reports) return;
  collected_.contenders = core.best().contenders();
  self.tell(store_, std::exchange(collected_, {}));
}

void CheckpointFeed::tell_all(runtime::Context& self, const StudyHistory& history,
                              const StudyCore& core) {
  if (!store_) return;
  collected_ = {};
  history.for_each(
      [&](const Row& row) { (void)add_news(value_or_abandon(events_of(row)), collected_.trials); });
  // The checkpoints that were released before are released again: the store may have missed it.
  for (const auto& [id, trial] : core.trials())
    if (trial.checkpoint.attempt > 1) collected_.released.push_back({id, trial.checkpoint.attempt});
  collected_.contenders = core.best().contenders();
  self.tell(store_, std::exchange(collected_, {}));
}

}  // namespace troupe::actors
