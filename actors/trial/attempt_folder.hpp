#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "actors/trial/bounded_log.hpp"
#include "runtime/core/result.hpp"
#include "runtime/process/descriptor.hpp"
#include "runtime/process/processes.hpp"
#include "schedulers/events.hpp"

namespace troupe::actors {

/// STUDY/trials/0007
[[nodiscard]] std::string trial_folder(const std::string& study_folder, schedulers::TrialId trial);
/// STUDY/trials/0007/attempt-2
[[nodiscard]] std::string attempt_folder(const std::string& study_folder, schedulers::TrialId trial,
                                         std::uint32_t attempt);
/// Whether a folder has no entry, or does not exist. Takes half the system calls of
/// std::filesystem::is_empty: it runs at the end of every program.
[[nodiscard]] bool is_empty_or_missing(const std::string& folder);
/// The attempt whose checkpoint is the published one of `trial`; 0 if none is published.
[[nodiscard]] std::uint32_t published_attempt(const std::string& study_folder,
                                              schedulers::TrialId trial);
/// The newest of the attempts up to `attempt_max` that has a checkpoint, published or not; 0: none.
[[nodiscard]] std::uint32_t newest_checkpoint(const std::string& study_folder,
                                              schedulers::TrialId trial, std::uint32_t attempt_max);
/// Whether the attempts up to `source_max` have no checkpoint although the trial has made progress:
/// the checkpoint was deleted, or attempt `source_max` ran on a node that was lost. If that attempt
/// left its folder here, its program just wrote no checkpoint.
[[nodiscard]] bool starts_over(const std::string& study_folder, schedulers::TrialId trial,
                               std::uint32_t source_max);
/// STUDY/trials/0007/checkpoint.dropped: this file exists while the checkpoint of an unfinished
/// trial is deleted, to save disk space.
[[nodiscard]] std::string dropped_marker(const std::string& study_folder,
                                         schedulers::TrialId trial);
/// Publishes the checkpoint of `attempt` as the trial's, atomically. The checkpoints of earlier
/// attempts stay until the study releases them (drop_earlier): it may have to go back to one.
Result<void> publish_attempt(const std::string& study_folder, schedulers::TrialId trial,
                             std::uint32_t attempt);

/// The files of one attempt:
///
///     trials/0007/config.json
///     trials/0007/checkpoint -> attempt-1/checkpoint      the last one published
///     trials/0007/attempt-2/{stdout.log,stderr.log,checkpoint/}
///
/// The program writes to the checkpoint folder of its own attempt, so that the published checkpoint
/// stays complete. Errors name the path and the reason.
class AttemptFolder {
 public:
  /// Makes the folders. The checkpoint folder gets a copy of the checkpoint to resume from: the
  /// newest one of the attempts up to `source_max`, published or not.
  static Result<AttemptFolder> prepare(const std::string& study_folder, schedulers::TrialId trial,
                                       std::uint32_t attempt, std::uint32_t source_max);

  /// The attempt whose checkpoint this one resumes from; 0: none.
  [[nodiscard]] std::uint32_t source() const { return source_; }
  /// Whether the checkpoint to resume from was deleted, or lost with its node.
  [[nodiscard]] bool starts_over() const { return starts_over_; }
  /// Path of the log that an earlier attempt of the trial wrote of a stream.
  [[nodiscard]] std::string log_file(std::uint32_t attempt, runtime::Stream stream) const;
  /// The resource from which the reports of `attempt` are counted; 0 unless `count_from` was
  /// called.
  [[nodiscard]] schedulers::Resource counted_from(std::uint32_t attempt) const;
  /// Stores the resource from which the reports of this attempt are counted, for a reader of its
  /// log: attempt-2/counted_from.
  Result<void> count_from(schedulers::Resource from);

  [[nodiscard]] const std::string& trial_dir() const { return trial_dir_; }
  [[nodiscard]] std::string attempt_dir() const;
  [[nodiscard]] std::string checkpoint_dir() const { return attempt_dir() + "/checkpoint"; }
  [[nodiscard]] std::string config_file() const { return trial_dir_ + "/config.json"; }

  Result<void> write_config(std::string_view json);
  /// Bounds the logs to `bytes_max` bytes each; 0: no bound. Of the log of `reports`, the lines for
  /// which `is_kept` holds always stay. Called before `log`.
  void bound_logs(std::uint64_t bytes_max, runtime::Stream reports, IsKept is_kept);
  /// Appends to stdout.log or stderr.log, which is made with the first byte.
  Result<void> log(runtime::Stream stream, std::string_view bytes);

  /// Publishes the checkpoint unless it is empty: see publish_attempt. It outlives a loss of power
  /// then. An empty folder is kept, because ext4 slows down the making of files for a minute after
  /// a removal.
  Result<void> publish();
  /// Removes the checkpoint, so that no attempt resumes from it.
  Result<void> discard();

 private:
  AttemptFolder(const std::string& study_folder, schedulers::TrialId trial, std::uint32_t attempt)
      : study_folder_(study_folder),
        trial_(trial),
        trial_dir_(trial_folder(study_folder, trial)),
        attempt_(attempt),
        out_(study_folder, log_file(attempt, runtime::Stream::out), 0, {}),
        err_(study_folder, log_file(attempt, runtime::Stream::err), 0, {}) {}

  std::string study_folder_;
  schedulers::TrialId trial_;
  std::string trial_dir_;
  std::uint32_t attempt_;
  std::uint32_t source_ = 0;
  bool starts_over_ = false;
  BoundedLog out_;
  BoundedLog err_;
};

/// Folders for later trials that a node makes ahead. To rename a folder takes a tenth of the time
/// of making its content:
///
///     trials/.spare-NODE-0/{config.json,attempt-1/checkpoint/}
///
/// Failures are ignored: a trial without a spare folder makes its own.
class SpareFolders {
 public:
  SpareFolders(const std::string& study_folder, const std::string& node);
  ~SpareFolders();
  SpareFolders(const SpareFolders&) = delete;
  SpareFolders& operator=(const SpareFolders&) = delete;

  /// Makes one folder, unless there are `count`.
  void make_one();
  /// Renames one to the folder of `trial`, if that has none.
  void give(schedulers::TrialId trial);

  static constexpr std::size_t count = 2;  ///< Two, because slots are often freed together.

 private:
  [[nodiscard]] std::string path(std::size_t spare) const {
    return prefix_ + std::to_string(spare);
  }
  std::string study_folder_;
  std::string prefix_;
  std::array<bool, count> there_{};
};

}  // namespace troupe::actors
