#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/events.hpp"

namespace troupe::actors::cluster {

/// The folders of all trials on a disk that the hosts of the cluster share; follows the rules of
/// AttemptFolder in memory. A checkpoint is the resource at which it was saved, or 0 for none.
class TrialFolders {
 public:
  /// Makes the folder of an attempt with a copy of the checkpoint that it resumes from: the newest
  /// one of the attempts up to `source_max`. Returns the attempt of that checkpoint, 0 for none.
  std::uint32_t prepare(TrialId trial, std::uint32_t attempt, std::uint32_t source_max) {
    auto& attempts = trials_[trial];
    std::uint32_t source = source_max;
    while (source > 0 && attempts[source].checkpoint == 0) --source;
    attempts[attempt].checkpoint = source == 0 ? 0 : attempts[source].checkpoint;
    return source;
  }

  [[nodiscard]] Resource checkpoint(TrialId trial, std::uint32_t attempt) {
    return trials_[trial][attempt].checkpoint;
  }
  void save(TrialId trial, std::uint32_t attempt, Resource resource) {
    trials_[trial][attempt].checkpoint = resource;
  }
  void log(TrialId trial, std::uint32_t attempt, std::string_view bytes) {
    trials_[trial][attempt].log += bytes;
  }
  [[nodiscard]] const std::string& log_of(TrialId trial, std::uint32_t attempt) {
    return trials_[trial][attempt].log;
  }

  void discard(TrialId trial, std::uint32_t attempt) { trials_[trial][attempt].checkpoint = 0; }
  /// Deletes the checkpoints of the attempts before `attempt`.
  void release(TrialId trial, std::uint32_t attempt) {
    for (auto& [number, earlier] : trials_[trial])
      if (number < attempt && trials_[trial][attempt].checkpoint != 0) earlier.checkpoint = 0;
  }

 private:
  struct Attempt {
    std::string log;
    Resource checkpoint = 0;
  };

  std::map<TrialId, std::map<std::uint32_t, Attempt>> trials_;
};

}  // namespace troupe::actors::cluster
