#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "runtime/core/reactor.hpp"
#include "runtime/process/processes.hpp"

namespace troupe::runtime {

/// Real processes, held by a reaper: a small single-threaded process of its own (reaper.hpp),
/// started by the constructor, and again by the next start should it have died. That death ends all
/// that ran under it as `lost`.
///
/// Protocol: ids are given out atomically; everything else happens on the reactor's thread, to
/// which each call posts itself. So the events of a process are in order, and the sink never runs
/// inside a call.
class ReaperProcesses final : public Processes {
 public:
  struct Options {
    /// The number of the reaper's socket is appended.
    std::vector<std::string> reaper{"/proc/self/exe", "warden", "--fd"};
    /// Descriptors that the reaper keeps open while it lives and no program inherits: a
    /// liveness_pipe's.
    std::vector<int> inherited;
  };

  ReaperProcesses(Reactor& reactor, Options options);
  /// Kills everything that still runs, and returns when it is gone; no event is delivered any more.
  /// Not on the reactor's thread, and before the reactor stops.
  ~ReaperProcesses() override;
  ReaperProcesses(const ReaperProcesses&) = delete;
  ReaperProcesses& operator=(const ReaperProcesses&) = delete;

  ProcessId start(ProcessSpec spec, Sink sink) override;
  void more(ProcessId process, Stream stream) override;
  void end(ProcessId process, Duration grace) override;

  /// A lease on everything that runs: once this was called, the reaper ends it all, with `grace`,
  /// at that time, and starts nothing from then on, unless a later one was named. So it does when
  /// this process is frozen.
  void keep(Instant until, Duration grace);

 private:
  class Core;

  Reactor& reactor_;
  std::atomic<ProcessId> last_id_{0};
  std::shared_ptr<Core> core_;
};

}  // namespace troupe::runtime
