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

/// Longer than each wait takes, also with sanitizers on a busy machine.
constexpr std::chrono::seconds patience{60};

/// The path of the program process_subject.
extern const std::string subject;
/// The path of the program process_node.
extern const std::string node;

/// A text that is different for each call and each test process.
std::string fresh_tag();

/// The living processes that have `tag` among their arguments.
std::vector<pid_t> tagged(const std::string& tag);

/// Whether the reaper of this mode of process_node puts programs into cgroups on this machine.
bool has_cgroups(const std::string& reaper);

/// Waits until all of `pids` have died; false if one is alive after `limit`.
bool all_die(const std::vector<pid_t>& pids, std::chrono::milliseconds limit);

/// A started program with the events that its sink has received.
class Program {
 public:
  enum class Credit { at_once, by_hand };

  Program(Processes& processes, ProcessSpec spec, Credit credit = Credit::at_once);
  /// Ends the program and waits for its end, after which the sink is not called any more.
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  [[nodiscard]] ProcessId id() const { return id_; }
  pid_t wait_started();
  /// Waits until the program has written `text` to stdout.
  void wait_output(const std::string& text);
  void wait_chunks(std::size_t count);
  ProcessEnded wait_ended();

  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;
  [[nodiscard]] std::size_t chunks() const;
  /// The kinds of events, repetitions left out: "started out err ended".
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
