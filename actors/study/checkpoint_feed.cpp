#include "actors/study/checkpoint_feed.hpp"

#include <utility>

#include "actors/results/study_state.hpp"

namespace troupe::actors {

void CheckpointFeed::tell(runtime::Context& self, const std::vector<PendingRow>& rows,
                          const StudyCore& core) {
  if (!store_) return;
  bool more_than_reports = false;
  for (const PendingRow& pending : rows)
    more_than_reports |= add_news(pending.row.events, collected_.trials);
  if (!more_than_reports) return;
  collected_.contenders = core.contenders();
  self.tell(store_, std::exchange(collected_, {}));
}

void CheckpointFeed::tell_all(runtime::Context& self, const StudyHistory& history,
                              const StudyCore& core) {
  if (!store_) return;
  collected_ = {};
  history.for_each(
      [&](const Row& row) { (void)add_news(value_or_abandon(events_of(row)), collected_.trials); });
  collected_.contenders = core.contenders();
  self.tell(store_, std::exchange(collected_, {}));
}

}  // namespace troupe::actors
