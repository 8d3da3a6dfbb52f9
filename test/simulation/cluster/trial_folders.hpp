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
  /// Makes the folder of an attempt with a copy of the checkpoint that it resumes from. Returns the
  /// attempt of that checkpoint, 0 for none.
  std::uint32_t prepare(TrialId trial, std::uint32_t attempt) {
    Trial& folder = trials_[trial];
    const std::uint32_t source = to_resume(folder, attempt);
    folder.attempts[attempt].checkpoint = source == 0 ? 0 : folder.attempts[source].checkpoint;
    return source;
  }

  [[nodiscard]] Resource checkpoint(TrialId trial, std::uint32_t attempt) {
    return trials_[trial].attempts[attempt].checkpoint;
  }
  void save(TrialId trial, std::uint32_t attempt, Resource resource) {
    trials_[trial].attempts[attempt].checkpoint = resource;
  }
  void log(TrialId trial, std::uint32_t attempt, std::string_view bytes) {
    trials_[trial].attempts[attempt].log += bytes;
  }
  [[nodiscard]] const std::string& log_of(TrialId trial, std::uint32_t attempt) {
    return trials_[trial].attempts[attempt].log;
  }

  void publish(TrialId trial, std::uint32_t attempt) {
    Trial& folder = trials_[trial];
    if (folder.attempts[attempt].checkpoint == 0) return;
    folder.published = attempt;
    for (auto& [number, earlier] : folder.attempts)
      if (number < attempt) earlier.checkpoint = 0;
  }
  void discard(TrialId trial, std::uint32_t attempt) {
    trials_[trial].attempts[attempt].checkpoint = 0;
  }

 private:
  struct Attempt {
    std::string log;
    Resource checkpoint = 0;
  };
  struct Trial {
    std::map<std::uint32_t, Attempt> attempts;
    std::uint32_t published = 0;
  };

  static std::uint32_t to_resume(Trial& folder, std::uint32_t attempt) {
    for (std::uint32_t earlier = attempt - 1; earlier > folder.published; --earlier)
      if (folder.attempts[earlier].checkpoint != 0) return earlier;
    return folder.published;
  }

  std::map<TrialId, Trial> trials_;
};

}  // namespace troupe::actors::cluster
