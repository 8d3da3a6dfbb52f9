#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "test/kit/command.hpp"
#include "test/kit/temp_folder.hpp"

namespace troupe::test {

/// A study of a test: a file in a folder of its own, run by the real `troupe`. Everything it starts
/// carries a marker in its environment, by which a test finds what is left behind.
class E2eStudy {
 public:
  /// `lines` are added to the study file below; they name entry, scheduler and what else matters.
  explicit E2eStudy(const std::string& lines);

  /// `troupe run FILE --dir DIR` and what `options` add.
  [[nodiscard]] std::unique_ptr<Command> start(std::vector<std::string> options = {
                                                   "--quiet"}) const;
  [[nodiscard]] Finished run(std::vector<std::string> options = {"--quiet"},
                             std::chrono::seconds at_most = std::chrono::seconds(120)) const;
  /// `troupe COMMAND DIR ...`.
  [[nodiscard]] Finished troupe(const std::string& command,
                                std::vector<std::string> options = {}) const;

  /// Rows of results.csv without the columns that hold times.
  [[nodiscard]] std::vector<std::string> timeless_results() const;
  /// The journal as text, `index|input|decisions|events`, a row a line.
  [[nodiscard]] std::vector<std::string> journal() const;
  [[nodiscard]] std::vector<pid_t> processes() const {
    return processes_with("TROUPE_E2E=" + folder());
  }
  /// Living processes of it whose command line holds `word`.
  [[nodiscard]] std::vector<pid_t> processes(const std::string& word) const;

  [[nodiscard]] std::string folder() const { return scratch_.file("out"); }
  [[nodiscard]] std::string file() const { return scratch_.file("study.yaml"); }

 private:
  TempFolder scratch_;
};

/// Path of a built program.
std::string program(const std::string& name);

}  // namespace troupe::test
