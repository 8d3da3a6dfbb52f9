#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include "actors/head/liveness_pipe.hpp"
#include "runtime/core/reactor.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// A node process beside a head, one that it starts or one that an earlier head left. The
/// liveness_pipe says when it, its reaper, and so all their trials, are gone. Everything happens on
/// the reactor's thread.
class LocalNode {
 public:
  struct Options {
    std::vector<std::string> argv;  ///< Without the name: `--name own-1` is added.
    std::string folder;             ///< Of the study.
    std::string log;                ///< A file that its complaints are added to.
  };
  /// How the node whose processes are gone ended.
  struct Ending {
    std::string name;
    bool orderly = false;  ///< Because its study is over.
    std::string reason;    ///< "exit code 1", "signal SIGKILL".
  };
  using OnGone = std::function<void(const Ending&)>;

  static Result<std::unique_ptr<LocalNode>> start(Reactor& reactor, const Options& options,
                                                  const std::string& name, OnGone on_gone);
  static std::unique_ptr<LocalNode> adopt(Reactor& reactor, LivenessPipe liveness_pipe,
                                          OnGone on_gone);
  ~LocalNode();
  LocalNode(const LocalNode&) = delete;
  LocalNode& operator=(const LocalNode&) = delete;

  [[nodiscard]] bool running() const { return running_; }

  static constexpr const char* name_prefix = "own-";

 private:
  LocalNode(Reactor& reactor, LivenessPipe liveness_pipe, bool child, OnGone on_gone);
  void look();

  Reactor& reactor_;
  LivenessPipe liveness_pipe_;
  bool child_;  ///< Of this process: to be waited for.
  OnGone on_gone_;
  bool running_ = true;
  Reactor::WatchId watch_ = Reactor::WatchId::none;
};

}  // namespace troupe::actors
