#pragma once

#include <string>

#include "runtime/core/result.hpp"
#include "schedulers/events.hpp"

namespace troupe::actors {

/// STUDY/trials/0007/work
[[nodiscard]] std::string work_folder(const std::string& study_folder, schedulers::TrialId trial);

/// Makes the working folder of a trial, with a symbolic link to each entry of `entry_folder`,
/// except the one that is or holds the study's folder. Keeps what the trial's folder has already.
Result<void> make_work_folder(const std::string& work, const std::string& entry_folder,
                              const std::string& study_folder);

}  // namespace troupe::actors
