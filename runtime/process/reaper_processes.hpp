#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "runtime/core/reactor.hpp"
#include "runtime/process/processes.hpp"

namespace troupe::runtime {

/// Real processes under a process reaper: a small single-threaded process (process_reaper.hpp). The
/// constructor starts it, and the next start replaces it if it has died. Its death ends all its
/// programs with the cause `lost`.
///
/// Protocol: ids are drawn atomically. Everything else happens on the reactor's thread, to which
/// each call posts itself. So the events of a program are in order, and no sink runs inside a call.
class ReaperProcesses final : public Processes {
 public:
  struct Options {
    /// The command of the reaper; the number of its socket is appended.
    std::vector<std::string> reaper{"/proc/self/exe", "warden", "--fd"};
    /// Descriptors that stay open in the reaper and that no program inherits, such as the liveness
    /// pipe of a local node.
    std::vector<int> inherited;
  };

  ReaperProcesses(Reactor& reactor, Options options);
  /// Kills all running programs and returns when they are gone; no event is delivered any more.
  /// Call it from another thread than the reactor's, before the reactor stops.
  ~ReaperProcesses() override;
  ReaperProcesses(const ReaperProcesses&) = delete;
  ReaperProcesses& operator=(const ReaperProcesses&) = delete;

  ProcessId start(ProcessSpec spec, Sink sink) override;
  void more(ProcessId process, Stream stream) override;
  void end(ProcessId process, Duration grace) override;

  /// Sets the lease of all programs: at `until` the reaper ends them, with `grace`, and starts none
  /// from then on, unless a later call renews the lease. Works also while this process is frozen.
  void set_lease(Instant until, Duration grace);

 private:
  class Core;

  Reactor& reactor_;
  std::atomic<ProcessId> last_id_{0};
  std::shared_ptr<Core> core_;
};

}  // namespace troupe::runtime
