#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "test/kit/temp_folder.hpp"

namespace troupe::test {

/// A program that a test runs as a user does, with its output in files. If the test ends first, the
/// program is killed with its process group.
class Command {
 public:
  /// `environment`: variables as KEY=VALUE, added to those of the test.
  explicit Command(std::vector<std::string> argv, std::vector<std::string> environment = {});
  ~Command();
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  /// Waits for the end and returns the exit code (128 + signal); none after `at_most`.
  std::optional<int> wait(std::chrono::seconds at_most);
  [[nodiscard]] bool ended() const;
  void signal(int number);
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;

 private:
  pid_t pid_ = -1;
  int pidfd_ = -1;
  TempFolder folder_;  ///< Of stdout and stderr.
  std::optional<int> code_;
};

struct Finished {
  int code = -1;  ///< Exit code; 128 + signal; -1 if it did not end in time.
  std::string out;
  std::string err;
};

/// Runs a program until it ends, at most for `at_most`.
Finished run(std::vector<std::string> argv,
             std::chrono::seconds at_most = std::chrono::seconds(120));

/// The processes whose environment contains `marker`, without zombies.
std::vector<pid_t> processes_with(const std::string& marker);

/// Whether `holds` returns true within `at_most`; it is called every 10 ms. For conditions without
/// an event to wait for.
[[nodiscard]] bool eventually(const std::function<bool()>& holds,
                              std::chrono::milliseconds at_most);

}  // namespace troupe::test
