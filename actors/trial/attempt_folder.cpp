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

#include "actors/system_error.hpp"
#include "actors/trial/copy_tree.hpp"
#include "actors/write_all.hpp"
#include "runtime/process/descriptor.hpp"

namespace troupe::actors {

namespace {

namespace fs = std::filesystem;

Error failed(const char* what, const std::string& path, int error = errno) {
  return system_error(what, path, error);
}

/// Makes a folder and its missing parents. Other processes may make the same ones at this moment.
Result<void> make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0777) == 0 || errno == EEXIST) return {};
  if (errno != ENOENT) return failed("make", path);
  const std::string parent = fs::path(path).parent_path().string();
  if (parent.empty() || parent == path) return failed("make", path, ENOENT);
  if (auto made = make_folder(parent); !made) return made.error();
  if (::mkdir(path.c_str(), 0777) == 0 || errno == EEXIST) return {};
  return failed("make", path);
}

Result<void> remove_tree(const std::string& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return failed("remove", path, error.value());
  return {};
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
  (void)::unlink(fresh.c_str());
  if (::symlink((attempt_name(attempt) + "/checkpoint").c_str(), fresh.c_str()) != 0)
    return failed("make", fresh);
  if (::rename(fresh.c_str(), link.c_str()) != 0) return failed("publish", link);
  (void)::unlink(dropped_marker(study_folder, trial).c_str());
  return {};
}

Result<AttemptFolder> AttemptFolder::prepare(const std::string& study_folder,
                                             schedulers::TrialId trial, std::uint32_t attempt,
                                             std::uint32_t source_max) {
  AttemptFolder folder(study_folder, trial, attempt);
  folder.starts_over_ = actors::starts_over(study_folder, trial, source_max);
  const std::string checkpoint = folder.checkpoint_dir();
  const std::uint32_t source = newest_in(folder.trial_dir_, source_max);
  if (source == 0) {
    if (auto made = make_folder(checkpoint); !made) return made.error();
    return folder;
  }
  folder.source_ = source;
  folder.starts_over_ = false;
  if (auto made = make_folder(folder.attempt_dir()); !made) return made.error();
  // Copied under another name first, because an incomplete copy must not look like a checkpoint.
  const std::string partial = checkpoint + ".partial";
  for (const auto& leftover : {partial, checkpoint})
    if (auto removed = remove_tree(leftover); !removed) return removed.error();
  auto copied = copy_tree(checkpoint_of(folder.trial_dir_, source), partial);
  // The source may have been deleted meanwhile to save disk space. It is renamed first, so a copy
  // that was made while it existed is complete.
  if (newest_in(folder.trial_dir_, source_max) != source)
    return prepare(study_folder, trial, attempt, source_max);
  if (!copied) return copied.error();
  if (::rename(partial.c_str(), checkpoint.c_str()) != 0) return failed("rename", partial);
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
  const runtime::Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
  struct stat before{};
  if (!file || ::fstat(file.get(), &before) != 0) return failed("write", path);
  // Truncated afterwards: ext4 flushes a file to the disk on close if it was truncated to zero.
  if (!write_all(file.get(), json)) return failed("write", path);
  const auto size = static_cast<off_t>(json.size());
  if (before.st_size > size && ::ftruncate(file.get(), size) != 0) return failed("write", path);
  return {};
}

void AttemptFolder::bound_logs(std::uint64_t bytes_max, runtime::Stream reports, IsKept is_kept) {
  const auto bounded = [&](runtime::Stream stream) {
    return BoundedLog(log_file(attempt_, stream), bytes_max,
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
  std::ofstream out(path);
  if (out << from << '\n' << std::flush) return {};
  return failed("write", path);
}

Result<void> AttemptFolder::publish() {
  if (is_empty_or_missing(checkpoint_dir())) return {};
  return publish_attempt(study_folder_, trial_, attempt_);
}

Result<void> AttemptFolder::discard() {
  return remove_tree(checkpoint_dir());
}

SpareFolders::SpareFolders(const std::string& study_folder, const std::string& node)
    : study_folder_(study_folder), prefix_(study_folder + "/trials/.spare-" + node + "-") {}

SpareFolders::~SpareFolders() {
  std::error_code ignored;
  for (std::size_t spare = 0; spare < count; ++spare) fs::remove_all(path(spare), ignored);
}

void SpareFolders::make_one() {
  const auto missing = std::ranges::find(there_, false);
  if (missing == there_.end()) return;
  const std::string at = path(static_cast<std::size_t>(missing - there_.begin()));
  const auto folder = [&](const char* name) {
    return ::mkdir((at + name).c_str(), 0777) == 0 || errno == EEXIST;
  };
  if (!folder("") || !folder("/attempt-1") || !folder("/attempt-1/checkpoint")) return;
  *missing = static_cast<bool>(runtime::Descriptor(
      ::open((at + "/config.json").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666)));
}

void SpareFolders::give(schedulers::TrialId trial) {
  const auto spare = std::ranges::find(there_, true);
  if (spare == there_.end()) return;
  const std::string from = path(static_cast<std::size_t>(spare - there_.begin()));
  *spare = std::rename(from.c_str(), trial_folder(study_folder_, trial).c_str()) != 0;
}

}  // namespace troupe::actors
