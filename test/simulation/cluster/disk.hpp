#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "actors/study/study_log.hpp"
#include "runtime/core/rng.hpp"
#include "runtime/simulation/sim_host.hpp"
#include "test/simulation/cluster/ledger.hpp"

namespace troupe::actors::cluster {

/// The journal's disk, which outlives the heads that write to it.
struct Disk {
  std::vector<Row> rows;  ///< DurableUpTo.
  Duration slow_max{};    ///< A commit takes up to so long.
  bool full = false;
  std::size_t unwritten = 0;  ///< Rows that the head which runs has not committed.
};

/// A study's rows on a simulated disk: what was added and not committed is lost with its head; a
/// head that dies in a commit leaves all of it or nothing, and nobody knows which; so does a commit
/// that fails.
class DiskLog final : public StudyLog {
 public:
  DiskLog(Disk& disk, runtime::simulation::SimHost& head, Ledger& ledger, Rng& rng,
          const Clock& world)
      : disk_(disk), head_(head), ledger_(ledger), rng_(rng), world_(world) {
    disk_.unwritten = 0;
  }

  [[nodiscard]] std::uint64_t size() const override { return disk_.rows.size(); }
  void add(std::uint64_t index, std::int64_t time_us, const Input& input,
           const std::vector<schedulers::Decision>& decisions,
           const std::vector<StudyEvent>& events) override;
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
