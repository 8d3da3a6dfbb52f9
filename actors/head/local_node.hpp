#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "actors/head/liveness_pipe.hpp"
#include "actors/head/node_process.hpp"
#include "actors/study/protocol.hpp"
#include "runtime/core/reactor.hpp"
#include "runtime/core/result.hpp"
#include "runtime/resources.hpp"

namespace troupe::actors {

/// Node process on the machine of its head, started by this head or by an earlier one. Its
/// LivenessPipe tells when it, its reaper and all its trials have ended. Used on the reactor's
/// thread.
class LocalNode {
 public:
  struct Options {
    std::vector<std::string> argv;  ///< Command line; `--name own-1` is appended.
    std::string folder;             ///< Folder of the study.
    std::string log;                ///< File to which its stderr is appended.
  };
  /// How a node ended.
  struct Ending {
    std::string name;
    bool orderly = false;  ///< It ended because its study is over.
    std::string reason;    ///< "exit code 1", "signal SIGKILL".
  };
  using OnEnd = std::function<void(const Ending&)>;

  /// Starts a node process. `on_end` is called once, when all its processes have ended.
  static Result<std::unique_ptr<LocalNode>> start(Reactor& reactor, const Options& options,
                                                  const std::string& name, OnEnd on_end);
  /// Watches a node of an earlier head.
  static std::unique_ptr<LocalNode> adopt(Reactor& reactor, LivenessPipe liveness_pipe,
                                          OnEnd on_end);
  ~LocalNode();
  LocalNode(const LocalNode&) = delete;
  LocalNode& operator=(const LocalNode&) = delete;

  [[nodiscard]] bool running() const { return running_; }

  static constexpr const char* name_prefix = "own-";

 private:
  LocalNode(Reactor& reactor, LivenessPipe liveness_pipe, bool child, OnEnd on_end);
  void poll_pipe();

  Reactor& reactor_;
  LivenessPipe liveness_pipe_;
  bool child_;  ///< It is a child of this process, which waits for it.
  OnEnd on_end_;
  bool running_ = true;
  Reactor::WatchId watch_ = Reactor::WatchId::none;
};

/// Supervises the local node of a head while one study runs: adopts the node of an earlier head,
/// restarts a node that was lost, and tells the study when the processes of a node have ended.
class LocalNodeSupervision {
 public:
  struct Options {
    std::string program;  ///< Path of `troupe`, run as `troupe node`.
    std::string address;  ///< Address of the head.
    std::string keys;     ///< Path of the study's keys.
    double lease_s = 5;
    runtime::Resources resources;
    std::optional<std::uint32_t> slots{};  ///< Trials at a time; none: as many as fit.
    std::string folder;                    ///< Folder of the study.
    std::string log;
  };

  /// `on_over` is called once, on the reactor's thread: every process of the node has ended, and
  /// the study is over or was told that the node fails too often.
  LocalNodeSupervision(NodeProcess& process, StudyRef study, Options options,
                       std::function<void()> on_over);
  ~LocalNodeSupervision();
  LocalNodeSupervision(const LocalNodeSupervision&) = delete;
  LocalNodeSupervision& operator=(const LocalNodeSupervision&) = delete;

  /// Adopts the nodes of an earlier head, or starts one.
  Result<void> start();
  /// Restarts no node from now on: the study is being interrupted.
  void stop_restarting();

 private:
  Result<void> adopt_or_launch();
  Result<void> launch();
  void on_node_end(const LocalNode::Ending& ending);
  [[nodiscard]] bool any_running() const;

  NodeProcess& process_;
  StudyRef study_;
  std::function<void()> on_over_;
  LocalNode::Options options_;
  // Used on the reactor's thread only.

  /// The current node, after the ended ones.
  std::vector<std::unique_ptr<LocalNode>> nodes_;
  std::uint32_t starts_ = 0;
  bool stopped_restarting_ = false;
  std::uint32_t losses_ = 0;
};

}  // namespace troupe::actors
