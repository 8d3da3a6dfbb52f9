#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "schedulers/events.hpp"

namespace troupe::actors {

/// Folders of trials that do not exist yet, made ahead by a node so that its next new trials need
/// not wait for them: to rename a folder takes a tenth of making what is in it.
///
///     trials/.spare-NODE-0/{config.json,attempt-1/checkpoint/}
///
/// What fails leaves it to the trial to make its own.
class SpareFolders {
 public:
  SpareFolders(const std::string& study_folder, const std::string& node);
  ~SpareFolders();
  SpareFolders(const SpareFolders&) = delete;
  SpareFolders& operator=(const SpareFolders&) = delete;

  /// Makes one, unless there are enough.
  void make_one();
  /// One becomes the folder of `trial`, if that has none.
  void give(schedulers::TrialId trial);

  static constexpr std::size_t count = 2;  ///< Slots are often free at one time.

 private:
  [[nodiscard]] std::string path(std::size_t spare) const {
    return prefix_ + std::to_string(spare);
  }
  std::string study_folder_;
  std::string prefix_;
  std::array<bool, count> there_{};
};

}  // namespace troupe::actors
