#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "test/kit/temp_folder.hpp"

namespace troupe::test {

/// A program that a test runs as a person would; its output goes to files. Killed with its process
/// group if the test ends first.
class Command {
 public:
  /// `environment`: KEY=VALUE, in addition to the test's own.
  explicit Command(std::vector<std::string> argv, std::vector<std::string> environment = {});
  ~Command();
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  /// Waits for its end. None if it does not end in time.
  std::optional<int> wait(std::chrono::seconds at_most);
  [[nodiscard]] bool ended() const;
  void signal(int number);
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;

 private:
  pid_t pid_ = -1;
  int pidfd_ = -1;
  TempFolder folder_;  ///< Of its output.
  std::optional<int> code_;
};

struct Finished {
  int code = -1;  ///< Exit code; 128 + signal; -1 if it did not end in time.
  std::string out;
  std::string err;
};

/// Runs a program to its end.
Finished run(std::vector<std::string> argv,
             std::chrono::seconds at_most = std::chrono::seconds(120));

/// Living processes (zombies are none) whose environment holds `marker`.
std::vector<pid_t> processes_with(const std::string& marker);

/// Looks again and again until `holds`, for at most so long. For what has no event to wait for.
bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds at_most);

}  // namespace troupe::test
