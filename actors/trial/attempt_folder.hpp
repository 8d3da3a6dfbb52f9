#pragma once

#include <cstdint>
#include <string>
#include <string_view>

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
/// Which attempt's checkpoint is the trial's in this folder of its study; 0: it has none.
[[nodiscard]] std::uint32_t published_attempt(const std::string& study_folder,
                                              schedulers::TrialId trial);
/// Whether `next_attempt`, of a trial that got somewhere, finds no checkpoint although there may
/// have been one: it was deleted, or the attempt before left nothing here, for its node was lost.
/// Where the attempt before left its folder, the program just writes none.
[[nodiscard]] bool starts_over(const std::string& study_folder, schedulers::TrialId trial,
                               std::uint32_t next_attempt);
/// STUDY/trials/0007/checkpoint.dropped: there while the trial's checkpoint was deleted before the
/// trial was done, to save room.
[[nodiscard]] std::string dropped_mark(const std::string& study_folder, schedulers::TrialId trial);
/// The checkpoint in this attempt's folder becomes the trial's, in one step; those of earlier
/// attempts are removed.
Result<void> publish_attempt(const std::string& study_folder, schedulers::TrialId trial,
                             std::uint32_t attempt);

/// What one attempt of a trial leaves on disk:
///
///     trials/0007/config.json
///     trials/0007/checkpoint -> attempt-1/checkpoint      the last one published
///     trials/0007/attempt-2/{stdout.log,stderr.log,checkpoint/}
///
/// The program writes to its own attempt's checkpoint folder, so that the published one stays whole
/// whatever happens. Errors name the path and the reason.
class AttemptFolder {
 public:
  /// Makes the folders. The checkpoint folder holds a copy of what this attempt goes on from: the
  /// folder of the latest earlier attempt that was lost before it could publish or discard it, if
  /// it is later than the published one and not empty; else the published one; else nothing.
  static Result<AttemptFolder> prepare(const std::string& study_folder, schedulers::TrialId trial,
                                       std::uint32_t attempt);

  /// Which attempt's checkpoint this one goes on from; 0: none.
  [[nodiscard]] std::uint32_t source() const { return source_; }
  /// There was one, and it was deleted to save room or lost with its node: the program begins anew.
  [[nodiscard]] bool starts_over() const { return starts_over_; }
  /// What an earlier attempt of the trial wrote to a stream.
  [[nodiscard]] std::string log_file(std::uint32_t attempt, runtime::Stream stream) const;

  [[nodiscard]] const std::string& trial_dir() const { return trial_dir_; }
  [[nodiscard]] std::string attempt_dir() const;
  [[nodiscard]] std::string checkpoint_dir() const { return attempt_dir() + "/checkpoint"; }
  [[nodiscard]] std::string config_file() const { return trial_dir_ + "/config.json"; }

  Result<void> write_config(std::string_view json);
  /// Appends to stdout.log or stderr.log, which is made with its first byte.
  Result<void> log(runtime::Stream stream, std::string_view bytes);

  /// The program has ended well: its checkpoint becomes the trial's, in one step, and those of
  /// earlier attempts are removed. If the folder is empty, the published one stays. (The empty one
  /// does too: ext4 gives no number of a removed file out again for a minute, but looks at it each
  /// time a file is made.)
  Result<void> publish();
  /// The program has failed: nobody shall go on from what it wrote.
  Result<void> discard();

 private:
  AttemptFolder(const std::string& study_folder, schedulers::TrialId trial, std::uint32_t attempt)
      : study_folder_(study_folder),
        trial_(trial),
        trial_dir_(trial_folder(study_folder, trial)),
        attempt_(attempt) {}

  std::string study_folder_;
  schedulers::TrialId trial_;
  std::string trial_dir_;
  std::uint32_t attempt_;
  std::uint32_t source_ = 0;
  bool starts_over_ = false;
  runtime::Descriptor out_;
  runtime::Descriptor err_;
};

}  // namespace troupe::actors
