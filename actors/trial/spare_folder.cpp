#include "actors/trial/spare_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>

#include "actors/trial/attempt_folder.hpp"
#include "runtime/process/descriptor.hpp"

namespace troupe::actors {

namespace fs = std::filesystem;

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
