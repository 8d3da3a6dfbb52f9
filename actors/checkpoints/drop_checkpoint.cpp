#include "actors/checkpoints/drop_checkpoint.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "actors/checkpoints/beneath.hpp"
#include "actors/trial/attempt_folder.hpp"

namespace troupe::actors {

namespace {

namespace fs = std::filesystem;

/// Renames the checkpoint first, because a partly deleted one must not look like a checkpoint.
Result<void> remove_checkpoint(const std::string& study_folder, const std::string& attempt_dir) {
  const std::string checkpoint = attempt_dir + "/checkpoint";
  const std::string going = attempt_dir + "/checkpoint.going";
  if (auto removed = remove_within(study_folder, going); !removed) return removed;
  if (auto renamed = rename_within(study_folder, checkpoint, going); !renamed) return renamed;
  return remove_within(study_folder, going);
}

Result<void> unlink_published(const std::string& study_folder, schedulers::TrialId trial) {
  if (published_attempt(study_folder, trial) == 0) return {};
  return remove_within(study_folder, trial_folder(study_folder, trial) + "/checkpoint");
}

/// Removes the checkpoints of the attempts up to `attempt_max`, the newest first.
Result<void> remove_checkpoints(const std::string& study_folder, schedulers::TrialId trial,
                                std::uint32_t attempt_max) {
  Result<void> all;
  for (std::uint32_t attempt = attempt_max; attempt > 0; --attempt) {
    const std::string folder = attempt_folder(study_folder, trial, attempt);
    // An empty folder is not removed: that costs more than the folder occupies.
    if (is_empty_or_missing(folder + "/checkpoint")) continue;
    if (auto removed = remove_checkpoint(study_folder, folder); !removed && all) all = removed;
  }
  return all;
}

}  // namespace

Result<void> drop_unfinished(const std::string& study_folder, schedulers::TrialId trial,
                             std::uint32_t attempt_max) {
  const std::string mark = dropped_marker(study_folder, trial);
  if (auto marked = open_within(study_folder, mark, 0); !marked) return marked.error();
  if (auto unlinked = unlink_published(study_folder, trial); !unlinked) return unlinked;
  return remove_checkpoints(study_folder, trial, attempt_max);
}

Result<void> drop_published(const std::string& study_folder, schedulers::TrialId trial) {
  const std::uint32_t published = published_attempt(study_folder, trial);
  return published == 0 ? Result<void>() : drop_unfinished(study_folder, trial, published);
}

Result<void> drop_earlier(const std::string& study_folder, schedulers::TrialId trial,
                          std::uint32_t attempt) {
  const std::uint32_t kept = std::min(newest_checkpoint(study_folder, trial, attempt),
                                      published_attempt(study_folder, trial));
  return kept > 1 ? remove_checkpoints(study_folder, trial, kept - 1) : Result<void>();
}

Result<void> drop_all(const std::string& study_folder, schedulers::TrialId trial) {
  const std::string trial_dir = trial_folder(study_folder, trial);
  if (auto unlinked = unlink_published(study_folder, trial); !unlinked) return unlinked;
  std::error_code error;
  std::vector<fs::path> attempts;
  for (fs::directory_iterator each(trial_dir, error), end; !error && each != end;
       each.increment(error))
    if (each->path().filename().string().starts_with("attempt-")) attempts.push_back(each->path());
  Result<void> all;
  for (const fs::path& attempt : attempts) {
    if (attempt.extension() == ".partial") (void)remove_within(study_folder, attempt.string());
    if (is_empty_or_missing(attempt / "checkpoint")) continue;
    if (auto removed = remove_checkpoint(study_folder, attempt.string()); !removed && all)
      all = removed;
  }
  (void)remove_within(study_folder, dropped_marker(study_folder, trial));
  return all;
}

}  // namespace troupe::actors
