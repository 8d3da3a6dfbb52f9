#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "runtime/process/descriptor.hpp"
#include "runtime/process/processes.hpp"

namespace troupe::runtime::test {

/// Far longer than anything takes here, sanitizers and a busy machine included.
constexpr std::chrono::seconds patience{60};

/// The binary of process_subject.cpp.
extern const std::string subject;
/// The binary of process_node.cpp.
extern const std::string node;

/// Different for each call in each test process.
std::string fresh_tag();

/// Who has `tag` among its arguments and is alive.
std::vector<pid_t> tagged(const std::string& tag);

/// Waits until all of `pids` have died; false after `limit`.
bool all_die(const std::vector<pid_t>& pids, std::chrono::milliseconds limit);

/// A started program, and what was heard of it.
class Program {
 public:
  enum class Credit { at_once, by_hand };

  Program(Processes& processes, ProcessSpec spec, Credit credit = Credit::at_once);
  /// Ends it and waits, so that the sink is not called any more.
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  [[nodiscard]] ProcessId id() const { return id_; }
  pid_t wait_started();
  /// Until it has written `text` to stdout.
  void wait_output(const std::string& text);
  void wait_chunks(std::size_t count);
  ProcessEnded wait_ended();

  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;
  [[nodiscard]] std::size_t chunks() const;
  /// "started", "out", "err", "ended", runs of the same counted once.
  [[nodiscard]] std::string order() const;

 private:
  void on(const ProcessEvent& event);
  template <typename Condition>
  void wait(const char* what, Condition condition);

  Processes& processes_;
  Credit credit_;
  ProcessId id_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string order_;
  std::string out_;
  std::string err_;
  std::size_t chunks_ = 0;
  std::optional<pid_t> pid_;
  std::optional<ProcessEnded> ended_;
};

}  // namespace troupe::runtime::test
