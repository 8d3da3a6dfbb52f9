#include "actors/trial/spare_folder.hpp"

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

SpareFolder::SpareFolder(const std::string& study_folder, const std::string& node)
    : study_folder_(study_folder), path_(study_folder + "/trials/.spare-" + node) {}

SpareFolder::~SpareFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void SpareFolder::make() {
  if (there_) return;
  const auto folder = [&](const char* name) {
    return ::mkdir((path_ + name).c_str(), 0777) == 0 || errno == EEXIST;
  };
  if (!folder("") || !folder("/attempt-1") || !folder("/attempt-1/checkpoint")) return;
  there_ = static_cast<bool>(runtime::Descriptor(
      ::open((path_ + "/config.json").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666)));
}

void SpareFolder::give(schedulers::TrialId trial) {
  if (there_) there_ = std::rename(path_.c_str(), trial_folder(study_folder_, trial).c_str()) != 0;
}

}  // namespace troupe::actors
