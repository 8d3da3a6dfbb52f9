#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "actors/events.hpp"
#include "runtime/core/rng.hpp"
#include "test/simulation/cluster/trial_files.hpp"

namespace troupe::actors::cluster {

/// The folders of all trials on a disk that the hosts of the cluster share; follows the rules of
/// AttemptFolder in memory. A checkpoint is the resource at which it was saved, or 0 for none. It
/// may be torn: a program that finds it cannot read it. What is not synchronised may be torn or
/// lost with the host of its writer, or with the host of the disk.
///
/// With `keep_in_files` all of that is in real files instead, and the rules are those of the
/// product. Nothing is lost with a host then.
class TrialFolders {
 public:
  void keep_in_files() { files_ = std::make_unique<TrialFiles>(); }
  /// Null without `keep_in_files`.
  [[nodiscard]] const TrialFiles* files() const { return files_.get(); }

  /// Makes the folder of an attempt with a copy of the checkpoint that it resumes from: the newest
  /// one of the attempts up to `source_max`. Returns the attempt of that checkpoint, 0 for none.
  /// `folder`: that of the study on that host, for real files.
  std::uint32_t prepare(TrialId trial, std::uint32_t attempt, std::uint32_t source_max,
                        const std::string& host, const std::string& folder) {
    if (files_) return files_->prepare({trial, attempt}, source_max, folder);
    auto& attempts = trials_[trial];
    std::uint32_t source = source_max;
    while (source > 0 && attempts[source].checkpoint == 0) --source;
    Attempt& made = attempts[attempt];
    made.host = host;
    made.checkpoint = 0;
    if (source == 0) return 0;
    made.checkpoint = attempts[source].checkpoint;
    made.torn = attempts[source].torn;
    return source;
  }

  [[nodiscard]] Resource checkpoint(TrialId trial, std::uint32_t attempt) {
    if (files_) return files_->checkpoint({trial, attempt});
    return trials_[trial][attempt].checkpoint;
  }
  [[nodiscard]] bool is_torn(TrialId trial, std::uint32_t attempt) {
    if (files_) return files_->is_torn({trial, attempt});
    return trials_[trial][attempt].torn;
  }
  /// A program begins to overwrite its checkpoint, which is torn until it is saved.
  void begin_save(TrialId trial, std::uint32_t attempt) {
    if (files_) return files_->begin_save({trial, attempt});
    Attempt& saved = trials_[trial][attempt];
    saved.torn = true;
    saved.checkpoint = std::max<Resource>(saved.checkpoint, 1);
  }
  void save(TrialId trial, std::uint32_t attempt, Resource resource) {
    if (files_) return files_->save({trial, attempt}, resource);
    Attempt& saved = trials_[trial][attempt];
    saved.checkpoint = resource;
    saved.torn = saved.is_synchronised = false;
  }
  void log(TrialId trial, std::uint32_t attempt, std::string_view bytes) {
    if (files_) return files_->log({trial, attempt}, bytes);
    trials_[trial][attempt].log += bytes;
  }
  /// What `attempt` finds in the log of an earlier attempt, `source`.
  [[nodiscard]] std::string log_of(TrialId trial, std::uint32_t attempt, std::uint32_t source) {
    return files_ ? files_->log_of({trial, attempt}, source) : trials_[trial][source].log;
  }

  /// Publishes a checkpoint. It outlives a loss of power then, if `synchronises`.
  void publish(TrialId trial, std::uint32_t attempt, bool synchronises) {
    if (files_) return files_->publish({trial, attempt});
    if (synchronises) trials_[trial][attempt].is_synchronised = true;
  }
  void discard(TrialId trial, std::uint32_t attempt) {
    if (files_) return files_->discard({trial, attempt});
    trials_[trial][attempt].checkpoint = 0;
  }
  /// Deletes the checkpoints of the attempts before `attempt`.
  void release(TrialId trial, std::uint32_t attempt) {
    for (auto& [number, earlier] : trials_[trial])
      if (number < attempt && trials_[trial][attempt].checkpoint != 0) earlier.checkpoint = 0;
  }

  /// Of what was written on `host` (empty: on any host) and is not synchronised, a third is kept, a
  /// third is torn and a third is lost. Returns the number of checkpoints that were torn or lost.
  std::uint64_t lose_power(const std::string& host, Rng& rng) {
    std::uint64_t damaged = 0;
    for (auto& [trial, attempts] : trials_)
      for (auto& [number, attempt] : attempts) {
        if (attempt.is_synchronised || (!host.empty() && attempt.host != host)) continue;
        attempt.is_synchronised = true;
        const std::uint64_t fate = rng.below(3);
        if (fate == 0) continue;
        attempt.log.resize(rng.below(attempt.log.size() + 1));
        if (attempt.checkpoint == 0) continue;
        ++damaged;
        attempt.torn = fate == 1;
        if (fate == 2) attempt.checkpoint = 0;
      }
    return damaged;
  }

 private:
  struct Attempt {
    std::string host;
    std::string log;
    Resource checkpoint = 0;
    bool torn = false;
    bool is_synchronised = false;
  };

  std::unique_ptr<TrialFiles> files_;
  std::map<TrialId, std::map<std::uint32_t, Attempt>> trials_;
};

}  // namespace troupe::actors::cluster
