#include "test/simulation/cluster/disk.hpp"

#include <utility>

#include "actors/json.hpp"

namespace troupe::actors::cluster {

void DiskLog::add(const StudyRow& row) {
  added_.push_back(
      {Row{row.index, row.time_us, to_json(row.input), to_json(row.decisions), to_json(row.events)},
       row.input, row.events});
  disk_.uncommitted = added_.size();
}

void DiskLog::write() {
  if (disk_.syncs_late) disk_.unsynchronised = added_.size();
  for (Entry& entry : std::exchange(added_, {})) {
    ledger_.durable(entry, world_.now());
    disk_.rows.push_back(std::move(entry.row));
  }
  disk_.uncommitted = 0;
}

Result<void> DiskLog::commit() {
  if (failed_) return Error{ErrorKind::io, "an earlier commit failed"};
  if (disk_.full) {
    failed_ = true;
    if (rng_.below(2) == 0) write();  // The rows are durable, but the commit is reported as failed.
    return Error{ErrorKind::io, "the disk is full"};
  }
  if (disk_.slow_max > Duration(0)) {
    const bool early = rng_.below(2) == 0;
    if (early) write();
    const auto bound = static_cast<std::uint64_t>(disk_.slow_max.count());
    const Duration time(static_cast<Duration::rep>(rng_.below(bound)));
    disk_.busy_until = world_.now() + time;
    head_.block_actors(time);
  }
  write();
  return {};
}

Result<void> DiskLog::each(std::uint64_t first,
                           const std::function<Result<void>(const Row&)>& take) {
  const std::vector<Row> durable =
      disk_.rows;  // A copy, because `take` may wait while rows are added.
  for (const Row& row : durable) {
    if (row.index < first) continue;
    if (auto taken = take(row); !taken) return taken;
  }
  for (const Entry& entry : std::vector<Entry>(added_)) {
    if (entry.row.index < first) continue;
    if (auto taken = take(entry.row); !taken) return taken;
  }
  return {};
}

}  // namespace troupe::actors::cluster
