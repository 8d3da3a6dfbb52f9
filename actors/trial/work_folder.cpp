#include "actors/trial/work_folder.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>

#include <unistd.h>

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
  const auto failed = [](const std::string& what, const std::error_code& error) {
    return Error{ErrorKind::io, "cannot " + what + ": " + error.message()};
  };
  std::error_code error;
  fs::create_directories(work, error);
  if (error) return failed("make " + work, error);
  const fs::path study = resolved(study_folder);
  fs::directory_iterator entries(entry_folder, error);
  if (error) return failed("list " + entry_folder, error);
  const fs::path folder = resolved(entry_folder);
  for (const fs::directory_entry& entry : entries) {
    const std::string name = entry.path().filename().string();
    if (is_or_holds(folder / name, study)) continue;
    const std::string link = work + "/" + name;
    if (::symlink((folder / name).c_str(), link.c_str()) != 0 && errno != EEXIST)
      return failed("make " + link, std::error_code(errno, std::generic_category()));
  }
  return {};
}

}  // namespace troupe::actors
