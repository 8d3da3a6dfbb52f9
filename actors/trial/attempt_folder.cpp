#include "actors/trial/attempt_folder.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/checkpoints/beneath.hpp"
#include "actors/system_error.hpp"
#include "actors/trial/copy_tree.hpp"
#include "actors/write_all.hpp"
#include "runtime/process/descriptor.hpp"

namespace troupe::actors {

namespace {

namespace fs = std::filesystem;

/// Makes a file or folder outlive a loss of power.
Result<void> synchronise(const fs::path& path) {
  const runtime::Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file || ::fsync(file.get()) != 0) return system_error("synchronise", path.string(), errno);
  return {};
}

/// The same for all files and folders below `path`. Links are parts of their folders.
Result<void> synchronise_tree(const std::string& path) {
  std::error_code error;
  for (fs::recursive_directory_iterator each(path, error), end; !error && each != end;
       each.increment(error)) {
    const auto status = each->symlink_status(error);
    if (error || (!fs::is_regular_file(status) && !fs::is_directory(status))) continue;
    if (auto synchronised = synchronise(each->path()); !synchronised) return synchronised;
  }
  if (error) return system_error("read", path, error.value());
  return synchronise(path);
}

std::string attempt_name(std::uint32_t attempt) {
  return "attempt-" + std::to_string(attempt);
}

std::string checkpoint_of(const std::string& trial_dir, std::uint32_t attempt) {
  return trial_dir + "/" + attempt_name(attempt) + "/checkpoint";
}

std::uint32_t published_in(const std::string& trial_dir) {
  std::array<char, 64> target{};
  const auto size = ::readlink((trial_dir + "/checkpoint").c_str(), target.data(), target.size());
  if (size < 0) return 0;
  std::string_view name(target.data(), static_cast<std::size_t>(size));
  constexpr std::string_view prefix = "attempt-";
  if (!name.starts_with(prefix)) return 0;
  name.remove_prefix(prefix.size());
  std::uint32_t attempt = 0;
  const auto read = std::from_chars(name.data(), name.data() + name.size(), attempt);
  return read.ec == std::errc{} ? attempt : 0;
}

std::uint32_t newest_in(const std::string& trial_dir, std::uint32_t attempt_max) {
  std::uint32_t attempt = attempt_max;
  while (attempt > 0 && is_empty_or_missing(checkpoint_of(trial_dir, attempt))) --attempt;
  return attempt;
}

}  // namespace

bool is_empty_or_missing(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), ::closedir);
  // Without a free descriptor, say, it may hold a checkpoint: who uses it gets the error.
  if (!folder) return errno == ENOENT || errno == ENOTDIR;
  while (const dirent* entry = folder ? ::readdir(folder.get()) : nullptr)
    if (const std::string_view name(entry->d_name); name != "." && name != "..") return false;
  return true;
}

std::string trial_folder(const std::string& study_folder, schedulers::TrialId trial) {
  std::array<char, 16> number{};
  (void)std::snprintf(number.data(), number.size(), "%04u", trial);
  return study_folder + "/trials/" + number.data();
}

std::string attempt_folder(const std::string& study_folder, schedulers::TrialId trial,
                           std::uint32_t attempt) {
  return trial_folder(study_folder, trial) + "/" + attempt_name(attempt);
}

std::uint32_t published_attempt(const std::string& study_folder, schedulers::TrialId trial) {
  return published_in(trial_folder(study_folder, trial));
}

std::uint32_t newest_checkpoint(const std::string& study_folder, schedulers::TrialId trial,
                                std::uint32_t attempt_max) {
  return newest_in(trial_folder(study_folder, trial), attempt_max);
}

bool starts_over(const std::string& study_folder, schedulers::TrialId trial,
                 std::uint32_t source_max) {
  if (source_max == 0 || newest_checkpoint(study_folder, trial, source_max) != 0) return false;
  struct stat stat{};
  const auto exists = [&](const std::string& path) { return ::lstat(path.c_str(), &stat) == 0; };
  const std::string folder = attempt_folder(study_folder, trial, source_max);
  if (exists(dropped_marker(study_folder, trial)) || !exists(folder)) return true;
  // A later attempt has published a checkpoint since, so that there is no marker any more.
  return published_attempt(study_folder, trial) > source_max && !exists(folder + "/checkpoint");
}

std::string dropped_marker(const std::string& study_folder, schedulers::TrialId trial) {
  return trial_folder(study_folder, trial) + "/checkpoint.dropped";
}

Result<void> publish_attempt(const std::string& study_folder, schedulers::TrialId trial,
                             std::uint32_t attempt) {
  const std::string trial_dir = trial_folder(study_folder, trial);
  const std::string link = trial_dir + "/checkpoint";
  const std::string fresh = link + ".new";
  if (auto removed = remove_within(study_folder, fresh); !removed) return removed;
  if (auto made = make_link_within(study_folder, fresh, attempt_name(attempt) + "/checkpoint");
      !made)
    return made;
  if (auto published = rename_within(study_folder, fresh, link); !published) return published;
  return remove_within(study_folder, dropped_marker(study_folder, trial));
}

Result<AttemptFolder> AttemptFolder::prepare(const std::string& study_folder,
                                             schedulers::TrialId trial, std::uint32_t attempt,
                                             std::uint32_t source_max) {
  AttemptFolder folder(study_folder, trial, attempt);
  folder.starts_over_ = actors::starts_over(study_folder, trial, source_max);
  const std::string checkpoint = folder.checkpoint_dir();
  const std::uint32_t source = newest_in(folder.trial_dir_, source_max);
  if (source == 0) {
    if (auto made = make_folders_within(study_folder, checkpoint); !made) return made.error();
    return folder;
  }
  folder.source_ = source;
  folder.starts_over_ = false;
  if (auto made = make_folders_within(study_folder, folder.attempt_dir()); !made)
    return made.error();
  // Copied under another name first, because an incomplete copy must not look like a checkpoint.
  const std::string partial = checkpoint + ".partial";
  for (const auto& leftover : {partial, checkpoint})
    if (auto removed = remove_within(study_folder, leftover); !removed) return removed.error();
  auto copied = copy_tree(checkpoint_of(folder.trial_dir_, source), partial);
  // The source may have been deleted meanwhile to save disk space. It is renamed first, so a copy
  // that was made while it existed is complete.
  if (newest_in(folder.trial_dir_, source_max) != source)
    return prepare(study_folder, trial, attempt, source_max);
  if (!copied) return copied.error();
  if (auto renamed = rename_within(study_folder, partial, checkpoint); !renamed)
    return renamed.error();
  return folder;
}

std::string AttemptFolder::attempt_dir() const {
  return trial_dir_ + "/" + attempt_name(attempt_);
}

std::string AttemptFolder::log_file(std::uint32_t attempt, runtime::Stream stream) const {
  return trial_dir_ + "/" + attempt_name(attempt) +
         (stream == runtime::Stream::out ? "/stdout.log" : "/stderr.log");
}

Result<void> AttemptFolder::write_config(std::string_view json) {
  const std::string path = config_file();
  const auto file = open_within(study_folder_, path, 0);
  if (!file) return file.error();
  struct stat before{};
  if (::fstat(file->get(), &before) != 0) return system_error("write", path, errno);
  // Truncated afterwards: ext4 flushes a file to the disk on close if it was truncated to zero.
  if (!write_all(file->get(), json)) return system_error("write", path, errno);
  const auto size = static_cast<off_t>(json.size());
  if (before.st_size > size && ::ftruncate(file->get(), size) != 0)
    return system_error("write", path, errno);
  return {};
}

void AttemptFolder::bound_logs(std::uint64_t bytes_max, runtime::Stream reports, IsKept is_kept) {
  const auto bounded = [&](runtime::Stream stream) {
    return BoundedLog(study_folder_, log_file(attempt_, stream), bytes_max,
                      stream == reports ? is_kept : IsKept());
  };
  out_ = bounded(runtime::Stream::out);
  err_ = bounded(runtime::Stream::err);
}

Result<void> AttemptFolder::log(runtime::Stream stream, std::string_view bytes) {
  return (stream == runtime::Stream::out ? out_ : err_).append(bytes);
}

schedulers::Resource AttemptFolder::counted_from(std::uint32_t attempt) const {
  std::ifstream in(trial_dir_ + "/" + attempt_name(attempt) + "/counted_from");
  schedulers::Resource from = 0;
  return in >> from ? from : 0;
}

Result<void> AttemptFolder::count_from(schedulers::Resource from) {
  const std::string path = attempt_dir() + "/counted_from";
  const auto file = open_within(study_folder_, path, O_TRUNC);
  if (!file) return file.error();
  if (!write_all(file->get(), std::to_string(from) + "\n"))
    return system_error("write", path, errno);
  return {};
}

Result<void> AttemptFolder::publish() {
  if (is_empty_or_missing(checkpoint_dir())) return {};
  auto synchronised = synchronise_tree(checkpoint_dir());
  if (synchronised) synchronised = synchronise(attempt_dir());
  if (auto published = publish_attempt(study_folder_, trial_, attempt_); !published)
    return published;
  return synchronised ? synchronise(trial_dir_) : synchronised;
}

Result<void> AttemptFolder::discard() {
  return remove_within(study_folder_, checkpoint_dir());
}

SpareFolders::SpareFolders(const std::string& study_folder, const std::string& node)
    : study_folder_(study_folder), prefix_(study_folder + "/trials/.spare-" + node + "-") {}

SpareFolders::~SpareFolders() {
  for (std::size_t spare = 0; spare < count; ++spare)
    (void)remove_within(study_folder_, path(spare));
}

void SpareFolders::make_one() {
  const auto missing = std::ranges::find(there_, false);
  if (missing == there_.end()) return;
  const std::string at = path(static_cast<std::size_t>(missing - there_.begin()));
  if (!make_folders_within(study_folder_, at + "/attempt-1/checkpoint")) return;
  *missing = open_within(study_folder_, at + "/config.json", 0).has_value();
}

void SpareFolders::give(schedulers::TrialId trial) {
  const auto spare = std::ranges::find(there_, true);
  if (spare == there_.end()) return;
  const std::string from = path(static_cast<std::size_t>(spare - there_.begin()));
  *spare = !rename_within(study_folder_, from, trial_folder(study_folder_, trial));
}

}  // namespace troupe::actors
