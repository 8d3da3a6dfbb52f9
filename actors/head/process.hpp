#pragma once

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "runtime/core/reactor.hpp"
#include "runtime/node.hpp"
#include "runtime/resources.hpp"

namespace troupe::actors {

/// What every process of a study has: a real node, and signals that are told on its reactor.
class Process {
 public:
  explicit Process(runtime::NodeOptions options);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  [[nodiscard]] runtime::Node& node() { return *node_; }
  [[nodiscard]] Reactor& reactor() { return node_->reactor(); }

  /// Runs `work` on the reactor's thread, and waits for it.
  void call(const std::function<void()>& work);

  /// Calls `on_signal` on the reactor's thread for each of these signals, which are blocked in
  /// every thread (block_signals, before any was started).
  void on_signals(const std::vector<int>& signals, std::function<void(int)> on_signal);

 private:
  std::unique_ptr<runtime::Node> node_;
  int signal_fd_ = -1;
  Reactor::WatchId signal_watch_ = Reactor::WatchId::none;
};

/// In this thread, and in those it starts.
void block_signals(const std::vector<int>& signals);

/// What trials may use of this machine: the processors and GPUs that this process may, all memory.
[[nodiscard]] runtime::Resources this_machine();

/// Where this program lies, to start it again under its own name.
[[nodiscard]] std::string this_program();

}  // namespace troupe::actors
