#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "test/kit/command.hpp"
#include "test/kit/temp_folder.hpp"

namespace troupe::test {

/// A study file in a temporary folder, run by the real `troupe`. All processes of the study have a
/// marker in their environment, by which a test finds those that are left over.
class E2eStudy {
 public:
  /// `lines` are appended to the head of the study file; they set the entry, the scheduler and so
  /// on.
  explicit E2eStudy(const std::string& lines);

  /// Starts `troupe run FILE --dir DIR` with `options`.
  [[nodiscard]] std::unique_ptr<Command> start(std::vector<std::string> options = {
                                                   "--quiet"}) const;
  [[nodiscard]] Finished run(std::vector<std::string> options = {"--quiet"},
                             std::chrono::seconds at_most = std::chrono::seconds(120)) const;
  /// Runs `troupe COMMAND DIR` with `options`.
  [[nodiscard]] Finished troupe(const std::string& command,
                                std::vector<std::string> options = {}) const;

  /// The rows of results.csv without the columns of times.
  [[nodiscard]] std::vector<std::string> results_without_times() const;
  /// The rows of the journal as texts `index|input|decisions|events`.
  [[nodiscard]] std::vector<std::string> journal() const;
  [[nodiscard]] std::vector<pid_t> processes() const {
    return processes_with("TROUPE_E2E=" + folder());
  }
  /// The living processes of the study whose command line contains `word`.
  [[nodiscard]] std::vector<pid_t> processes(const std::string& word) const;

  [[nodiscard]] std::string folder() const { return scratch_.file("out"); }
  [[nodiscard]] std::string file() const { return scratch_.file("study.yaml"); }

 private:
  TempFolder scratch_;
};

/// The path of a built program.
std::string program(const std::string& name);

}  // namespace troupe::test
