#include "actors/trial/shared_files.hpp"

#include <memory>
#include <set>
#include <string_view>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::actors {

namespace {

using FileId = std::pair<dev_t, ino_t>;

/// The files that this process and the one that started it print to, as in `troupe run > out.txt`.
std::set<FileId> own_outputs() {
  std::set<FileId> files;
  for (const pid_t process : {::getpid(), ::getppid()})
    for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) {
      const std::string path = "/proc/" + std::to_string(process) + "/fd/" + std::to_string(stream);
      struct stat file{};
      if (::stat(path.c_str(), &file) == 0) files.emplace(file.st_dev, file.st_ino);
    }
  return files;
}

}  // namespace

std::optional<FileTimes> file_times(const std::string& folder) {
  constexpr int entries_max = 1000;
  constexpr std::int64_t ns_in_s = 1'000'000'000;
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(folder.c_str()), ::closedir);
  if (!entries) return std::nullopt;
  const std::set<FileId> own = own_outputs();
  FileTimes times;
  int count = 0;
  while (const dirent* entry = ::readdir(entries.get())) {
    if (++count > entries_max) return std::nullopt;
    const std::string_view name(entry->d_name);
    if (name.starts_with('.') || name.ends_with(".log") || name.ends_with(".out")) continue;
    struct stat file{};
    if (::fstatat(::dirfd(entries.get()), entry->d_name, &file, 0) != 0 || !S_ISREG(file.st_mode) ||
        own.contains({file.st_dev, file.st_ino}))
      continue;
    times.emplace(name, file.st_mtim.tv_sec * ns_in_s + file.st_mtim.tv_nsec);
  }
  return times;
}

std::optional<std::string> modified_file(const FileTimes& before, const FileTimes& now) {
  for (const auto& [name, time] : now) {
    const auto earlier = before.find(name);
    if (earlier == before.end() || earlier->second != time) return name;
  }
  return std::nullopt;
}

}  // namespace troupe::actors
