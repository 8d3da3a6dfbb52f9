#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include "runtime/core/reactor.hpp"
#include "runtime/core/result.hpp"
#include "runtime/process/packet.hpp"
#include "runtime/process/reaper_protocol.hpp"

namespace troupe::runtime {

/// A node's end of one reaper process: starts it, talks to it, and cleans up after it should it
/// die. Lives on the reactor's thread.
class ReaperLink {
 public:
  using OnNotice = std::function<void(ReaperNotice)>;
  /// Called once, when the reaper is gone and so is everybody that it left behind; `why` is a
  /// sentence. May destroy the link.
  using OnGone = std::function<void(std::string why)>;

  /// Starts `argv` with the number of its socket appended; the descriptors in `inherited` stay open
  /// in it and do not reach the programs that it starts.
  static Result<std::unique_ptr<ReaperLink>> start(Reactor& reactor, std::vector<std::string> argv,
                                                   const std::vector<int>& inherited,
                                                   OnNotice on_notice, OnGone on_gone);
  /// Closes the socket: the reaper kills everything it owns. Who wants to be sure that it has,
  /// waits for the process.
  ~ReaperLink();
  ReaperLink(const ReaperLink&) = delete;
  ReaperLink& operator=(const ReaperLink&) = delete;

  /// In order; queues what the socket does not take now.
  void send(const ReaperRequest& request, std::vector<Descriptor> descriptors);
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// The reaper has died; nothing is sent to it any more.
  [[nodiscard]] bool dead() const { return !socket_; }

 private:
  struct Outgoing {
    std::string bytes;
    std::vector<Descriptor> descriptors;
  };

  ReaperLink(Reactor& reactor, Descriptor socket, pid_t pid, OnNotice on_notice, OnGone on_gone);
  void receive();
  void flush();
  void died();
  void sweep(Instant give_up);
  void close();

  Reactor& reactor_;
  Descriptor socket_;
  pid_t pid_;
  OnNotice on_notice_;
  OnGone on_gone_;
  Reactor::WatchId readable_ = Reactor::WatchId::none;
  Reactor::WatchId writable_ = Reactor::WatchId::none;
  Reactor::TimerId sweep_timer_ = Reactor::TimerId::none;
  std::deque<Outgoing> outbox_;
  Packet packet_;  ///< Kept for its memory.
  ReaperHello hello_;
  std::string why_;
};

}  // namespace troupe::runtime
