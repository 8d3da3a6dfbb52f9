#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "runtime/core/reactor.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// The node process that a head starts beside itself. The process and its warden inherit one end of
/// a pipe; end of file on the other says that both, and so all their trials, are gone. Everything
/// happens on the reactor's thread.
class OwnNode {
 public:
  struct Options {
    std::vector<std::string> argv;   ///< Without the name: `--name own-1` is added.
    std::vector<int> inherited_fds;  ///< Kept open by node and warden.
    std::string log;                 ///< A file that its complaints are added to.
  };
  /// How the node whose processes are gone ended.
  struct Ending {
    std::string name;
    bool orderly = false;  ///< Because its study is over.
    std::string reason;    ///< "exit code 1", "signal SIGKILL".
  };
  using OnGone = std::function<void(const Ending&)>;

  OwnNode(Reactor& reactor, Options options, OnGone on_gone);
  ~OwnNode();
  OwnNode(const OwnNode&) = delete;
  OwnNode& operator=(const OwnNode&) = delete;

  /// Starts the process, under a new name.
  Result<void> start();
  /// SIGKILL to it; its warden ends the rest.
  void kill();
  [[nodiscard]] bool running() const { return pid_ > 0; }

  static constexpr const char* name_prefix = "own-";

 private:
  void gone();

  Reactor& reactor_;
  Options options_;
  OnGone on_gone_;
  std::uint32_t starts_ = 0;
  pid_t pid_ = 0;
  int tether_ = -1;
  Reactor::WatchId watch_ = Reactor::WatchId::none;
};

}  // namespace troupe::actors
