#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace troupe::cli {

/// A bar on stderr for work that takes a while: nothing before a second has passed, and nothing at
/// all where stderr is no terminal.
class Progress {
 public:
  Progress(std::string what, std::size_t count);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::size_t done);

 private:
  std::string what_;
  std::size_t count_;
  bool is_terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace troupe::cli
