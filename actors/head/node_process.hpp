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

/// A runtime node on sockets and threads, and the signal handlers of its process.
class NodeProcess {
 public:
  explicit NodeProcess(runtime::NodeOptions options);
  ~NodeProcess();
  NodeProcess(const NodeProcess&) = delete;
  NodeProcess& operator=(const NodeProcess&) = delete;

  [[nodiscard]] runtime::Node& node() { return *node_; }
  [[nodiscard]] Reactor& reactor() { return node_->reactor(); }

  /// Runs `work` on the reactor's thread and waits until it has returned.
  void call(const std::function<void()>& work);

  /// Calls `on_signal` on the reactor's thread for each of these signals. Call block_signals before
  /// any thread is started.
  void on_signals(const std::vector<int>& signals, std::function<void(int)> on_signal);

 private:
  std::unique_ptr<runtime::Node> node_;
  int signal_fd_ = -1;
  Reactor::WatchId signal_watch_ = Reactor::WatchId::none;
};

/// Blocks signals in this thread and in threads that it starts.
void block_signals(const std::vector<int>& signals);

/// Resources of this machine: processors and GPUs that this process may use, and all memory.
[[nodiscard]] runtime::Resources this_machine();

/// Path of the running program.
[[nodiscard]] std::string this_program();

}  // namespace troupe::actors
