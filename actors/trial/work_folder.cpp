#include "actors/trial/work_folder.hpp"

#include <filesystem>
#include <system_error>

#include <sys/stat.h>

#include "actors/checkpoints/beneath.hpp"
#include "actors/system_error.hpp"
#include "actors/trial/attempt_folder.hpp"

namespace troupe::actors {
namespace {

namespace fs = std::filesystem;

/// Whether `inner` is `outer`, or lies in it.
bool is_or_holds(const fs::path& outer, const fs::path& inner) {
  const fs::path relative = inner.lexically_relative(outer);
  return !relative.empty() && *relative.begin() != "..";
}

fs::path resolved(const std::string& path) {
  std::error_code error;
  fs::path real = fs::weakly_canonical(path, error);
  return error ? fs::path(path).lexically_normal() : real;
}

}  // namespace

std::string work_folder(const std::string& study_folder, schedulers::TrialId trial) {
  return trial_folder(study_folder, trial) + "/work";
}

Result<void> make_work_folder(const std::string& work, const std::string& entry_folder,
                              const std::string& study_folder) {
  if (auto made = make_folders_within(study_folder, work); !made) return made;
  std::error_code error;
  const fs::path study = resolved(study_folder);
  fs::directory_iterator entries(entry_folder, error);
  if (error) return system_error("list", entry_folder, error.value());
  const fs::path folder = resolved(entry_folder);
  for (const fs::directory_entry& entry : entries) {
    const std::string name = entry.path().filename().string();
    if (is_or_holds(folder / name, study)) continue;
    const std::string link = work + "/" + name;
    struct stat there{};
    if (::lstat(link.c_str(), &there) == 0) continue;
    if (auto made = make_link_within(study_folder, link, (folder / name).string()); !made)
      return made;
  }
  return {};
}

}  // namespace troupe::actors
