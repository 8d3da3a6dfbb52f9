#include "actors/head/folder_watch.hpp"

#include <array>
#include <filesystem>
#include <utility>

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/head/head_folder.hpp"

namespace troupe::actors {

namespace fs = std::filesystem;

namespace {

constexpr const char* journal_name = "/journal.db";
constexpr const char* study_file_name = "/study.yaml";

std::string content_of(const std::string& path) {
  auto text = read_file(path);
  return text ? std::move(text).value() : std::string();
}

}  // namespace

FolderWatch::FolderWatch(Reactor& reactor, Options options)
    : reactor_(reactor),
      options_(std::move(options)),
      inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  if (!inotify_) return;
  constexpr std::uint32_t itself = IN_MOVE_SELF | IN_DELETE_SELF | IN_ONLYDIR;
  // The watches are set before the first look, so that no change is missed between the two.
  const fs::path folder(options_.folder);
  (void)::inotify_add_watch(inotify_.get(), folder.c_str(),
                            itself | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_CLOSE_WRITE);
  for (fs::path above = folder.parent_path(); above.has_relative_path();
       above = above.parent_path())
    (void)::inotify_add_watch(inotify_.get(), above.c_str(), itself);
  folder_ = identity_of(options_.folder);
  journal_ = identity_of(options_.folder + journal_name);
  study_file_ = content_of(options_.folder + study_file_name);
  watch_ = reactor_.watch_readable(inotify_.get(), [this] { on_event(); });
}

FolderWatch::~FolderWatch() {
  if (watch_ != Reactor::WatchId::none) reactor_.unwatch(watch_);
}

FolderWatch::Identity FolderWatch::identity_of(const std::string& path) {
  struct stat stat{};
  if (::stat(path.c_str(), &stat) != 0) return {};
  return {stat.st_dev, stat.st_ino};
}

/// Result files are written in the folder all the time: only events that may concern the study are
/// looked into.
void FolderWatch::on_event() {
  alignas(inotify_event) std::array<char, 16384> bytes{};
  bool due = false;
  for (;;) {
    const ssize_t size = ::read(inotify_.get(), bytes.data(), bytes.size());
    if (size <= 0) break;
    for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
      const auto* event = reinterpret_cast<const inotify_event*>(bytes.data() + at);
      const std::string_view name = event->len > 0 ? std::string_view(event->name) : "";
      due = due || name.empty() || name == journal_name + 1 || name == study_file_name + 1;
      at += sizeof(inotify_event) + event->len;
    }
  }
  if (due) look();
}

void FolderWatch::look() {
  if (gone_) return;
  const std::string& folder = options_.folder;
  const bool same = identity_of(folder) == folder_;
  if (!same || identity_of(folder + journal_name) != journal_) {
    gone_ = true;
    return options_.on_gone(same ? "its journal " + folder + journal_name +
                                       " was removed or moved while it ran"
                                 : "its folder " + folder + " was removed or moved while it ran");
  }
  const std::string file = folder + study_file_name;
  if (warned_ || content_of(file) == study_file_) return;
  warned_ = true;
  options_.on_warning(file +
                      " was changed: it is a copy that this study does not read. Edit the file "
                      "that you run, and run it again");
}

}  // namespace troupe::actors
