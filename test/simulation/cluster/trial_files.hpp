#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "actors/events.hpp"
#include "actors/trial/attempt_folder.hpp"
#include "test/simulation/cluster/ledger.hpp"

namespace troupe::actors::cluster {

/// The folders of all trials in real files below one temporary folder, for studies with a node that
/// does not share the study's folder: its checkpoints are transferred by the actors of the product.
/// A checkpoint is several files with the same content: the resource at which it was saved.
class TrialFiles {
 public:
  TrialFiles();
  ~TrialFiles();
  TrialFiles(const TrialFiles&) = delete;
  TrialFiles& operator=(const TrialFiles&) = delete;

  [[nodiscard]] std::string study_folder() const { return root_ + "/study"; }
  /// The parent of the folders of a node of its own.
  [[nodiscard]] std::string folder_of(const std::string& node) const { return root_ + "/" + node; }

  /// Prepares the folder of an attempt below `folder`; see AttemptFolder. Returns its source.
  std::uint32_t prepare(AttemptKey attempt, std::uint32_t source_max, const std::string& folder);
  [[nodiscard]] Resource checkpoint(AttemptKey attempt) const;
  [[nodiscard]] bool is_torn(AttemptKey attempt) const;
  void begin_save(AttemptKey attempt);
  void save(AttemptKey attempt, Resource resource);
  void log(AttemptKey attempt, std::string_view bytes);
  /// The log that `source` left in the folder in which `attempt` was prepared.
  [[nodiscard]] std::string log_of(AttemptKey attempt, std::uint32_t source) const;
  void publish(AttemptKey attempt);
  void discard(AttemptKey attempt);
  /// Whether an attempt is being copied to one of the folders.
  [[nodiscard]] bool is_copying() const;

 private:
  [[nodiscard]] std::string state_file(AttemptKey attempt, int part) const;

  std::string root_;
  std::map<AttemptKey, AttemptFolder> folders_;
};

}  // namespace troupe::actors::cluster
