#include "actors/trial/shared_files.hpp"

#include <memory>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

namespace troupe::actors {

std::optional<FileTimes> file_times(const std::string& folder) {
  constexpr int entries_max = 1000;
  constexpr std::int64_t ns_in_s = 1'000'000'000;
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(folder.c_str()), ::closedir);
  if (!entries) return std::nullopt;
  FileTimes times;
  int count = 0;
  while (const dirent* entry = ::readdir(entries.get())) {
    if (++count > entries_max) return std::nullopt;
    const std::string_view name(entry->d_name);
    if (name.starts_with('.') || name.ends_with(".log") || name.ends_with(".out")) continue;
    struct stat file{};
    if (::fstatat(::dirfd(entries.get()), entry->d_name, &file, 0) != 0 || !S_ISREG(file.st_mode))
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
