#pragma once

#include <string>

#include "schedulers/events.hpp"

namespace troupe::actors {

/// The folder of a trial that does not exist yet, made ahead by a node so that its next new trial
/// need not wait for it: to rename a folder takes a tenth of making what is in it.
///
///     trials/.spare-NODE/{config.json,attempt-1/checkpoint/}
///
/// What fails leaves it to the trial to make its own.
class SpareFolder {
 public:
  SpareFolder(const std::string& study_folder, const std::string& node);
  ~SpareFolder();
  SpareFolder(const SpareFolder&) = delete;
  SpareFolder& operator=(const SpareFolder&) = delete;

  /// Makes it, if it is not there.
  void make();
  /// It becomes the folder of `trial`, if that has none.
  void give(schedulers::TrialId trial);

 private:
  std::string study_folder_;
  std::string path_;
  bool there_ = false;
};

}  // namespace troupe::actors
