#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "actors/study/study_log.hpp"
#include "runtime/core/rng.hpp"
#include "runtime/simulation/sim_host.hpp"
#include "test/simulation/cluster/ledger.hpp"

namespace troupe::actors::cluster {

/// The disk of the journal, which outlives the heads that write to it.
struct Disk {
  std::vector<Row> rows;  ///< Durable rows.
  Duration slow_max{};    ///< Largest duration of a commit.
  bool full = false;
  std::size_t uncommitted = 0;  ///< Rows that the running head has not committed.
  Instant busy_until;           ///< End of the latest commit, on the clock of the world.
  /// Whether a commit returns before its rows are synchronised: the next one does that (canary).
  bool syncs_late = false;
  std::size_t unsynchronised = 0;  ///< Rows at the end that a loss of power takes along.

  void lose_power() { rows.resize(rows.size() - std::exchange(unsynchronised, 0)); }
};

/// The log of a study on a simulated disk. Uncommitted rows are lost with their head. A commit that
/// fails, or during which the head dies, writes either all of its rows or none.
class DiskLog final : public StudyLog {
 public:
  DiskLog(Disk& disk, runtime::simulation::SimHost& head, Ledger& ledger, Rng& rng,
          const Clock& world)
      : disk_(disk), head_(head), ledger_(ledger), rng_(rng), world_(world) {
    disk_.uncommitted = 0;
  }

  [[nodiscard]] std::uint64_t size() const override { return disk_.rows.size(); }
  void add(const StudyRow& row) override;
  Result<void> commit() override;
  Result<void> each(std::uint64_t first,
                    const std::function<Result<void>(const Row&)>& take) override;

 private:
  void write();

  Disk& disk_;
  runtime::simulation::SimHost& head_;
  Ledger& ledger_;
  Rng& rng_;
  const Clock& world_;
  std::vector<Entry> added_;
  bool failed_ = false;
};

}  // namespace troupe::actors::cluster
