#include "actors/checkpoints/drop_checkpoint.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "actors/trial/attempt_folder.hpp"
#include "runtime/process/descriptor.hpp"

namespace troupe::actors {

namespace {

namespace fs = std::filesystem;

Error failed(const std::string& path, int error) {
  return {ErrorKind::io, "cannot delete " + path + ": " + std::strerror(error)};
}

/// Renames the checkpoint first, because a partly deleted one must not look like a checkpoint.
Result<void> remove_checkpoint(const fs::path& attempt_dir) {
  const fs::path checkpoint = attempt_dir / "checkpoint";
  const fs::path going = attempt_dir / "checkpoint.going";
  std::error_code error;
  fs::remove_all(going, error);
  if (std::rename(checkpoint.c_str(), going.c_str()) != 0)
    return errno == ENOENT ? Result<void>() : failed(checkpoint.string(), errno);
  fs::remove_all(going, error);
  if (error) return failed(going.string(), error.value());
  return {};
}

Result<void> unlink_published(const std::string& trial_dir) {
  const std::string link = trial_dir + "/checkpoint";
  if (::unlink(link.c_str()) != 0 && errno != ENOENT) return failed(link, errno);
  return {};
}

/// Removes the checkpoints of the attempts up to `attempt_max`, the newest first.
Result<void> remove_checkpoints(const std::string& study_folder, schedulers::TrialId trial,
                                std::uint32_t attempt_max) {
  Result<void> all;
  for (std::uint32_t attempt = attempt_max; attempt > 0; --attempt) {
    const fs::path folder = attempt_folder(study_folder, trial, attempt);
    // An empty folder is not removed: that costs more than the folder occupies.
    if (is_empty_or_missing(folder / "checkpoint")) continue;
    if (auto removed = remove_checkpoint(folder); !removed && all) all = removed;
  }
  return all;
}

}  // namespace

Result<void> drop_unfinished(const std::string& study_folder, schedulers::TrialId trial,
                             std::uint32_t attempt_max) {
  const std::string mark = dropped_marker(study_folder, trial);
  if (!runtime::Descriptor(::open(mark.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666)))
    return Error{ErrorKind::io, "cannot write " + mark + ": " + std::strerror(errno)};
  if (auto unlinked = unlink_published(trial_folder(study_folder, trial)); !unlinked)
    return unlinked;
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
  if (auto unlinked = unlink_published(trial_dir); !unlinked) return unlinked;
  std::error_code error;
  std::vector<fs::path> attempts;
  for (fs::directory_iterator each(trial_dir, error), end; !error && each != end;
       each.increment(error))
    if (each->path().filename().string().starts_with("attempt-")) attempts.push_back(each->path());
  Result<void> all;
  for (const fs::path& attempt : attempts) {
    std::error_code ignored;
    if (attempt.extension() == ".partial") fs::remove_all(attempt, ignored);
    if (is_empty_or_missing(attempt / "checkpoint")) continue;
    if (auto removed = remove_checkpoint(attempt); !removed && all) all = removed;
  }
  (void)::unlink(dropped_marker(study_folder, trial).c_str());
  return all;
}

}  // namespace troupe::actors
