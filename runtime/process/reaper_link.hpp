#pragma once

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

/// A node's connection to one reaper process: starts it, exchanges packets with it, and kills the
/// programs that it leaves behind if it dies. Lives on the reactor's thread.
class ReaperLink {
 public:
  using OnNotice = std::function<void(ReaperNotice)>;
  /// Called once, when the reaper and all its programs are gone; `why` is a sentence. May destroy
  /// the link.
  using OnGone = std::function<void(std::string why)>;

  /// Starts `argv` with the number of its socket appended. The descriptors in `inherited` stay open
  /// in the reaper and do not reach its programs.
  static Result<std::unique_ptr<ReaperLink>> start(Reactor& reactor, std::vector<std::string> argv,
                                                   const std::vector<int>& inherited,
                                                   OnNotice on_notice, OnGone on_gone);
  /// Closes the socket, at which the reaper kills all its programs. To be sure that they are gone,
  /// wait for the process `pid`.
  ~ReaperLink();
  ReaperLink(const ReaperLink&) = delete;
  ReaperLink& operator=(const ReaperLink&) = delete;

  /// Sends requests in order; queues those that the socket does not take now.
  void send(const ReaperRequest& request, std::vector<Descriptor> descriptors);
  [[nodiscard]] pid_t pid() const { return pid_; }
  /// Whether the reaper has died. Nothing is sent to it any more.
  [[nodiscard]] bool dead() const { return !socket_; }

 private:
  ReaperLink(Reactor& reactor, Descriptor socket, pid_t pid, OnNotice on_notice, OnGone on_gone);
  void receive();
  void flush();
  void reaper_died();
  /// Kills the programs that the dead reaper left, again and again until none is left or
  /// `deadline`.
  void sweep(Instant deadline);
  void close();

  Reactor& reactor_;
  Descriptor socket_;
  pid_t pid_;
  OnNotice on_notice_;
  OnGone on_gone_;
  Reactor::WatchId readable_ = Reactor::WatchId::none;
  Reactor::WatchId writable_ = Reactor::WatchId::none;
  Reactor::TimerId sweep_timer_ = Reactor::TimerId::none;
  PacketQueue outbox_;
  Packet packet_;  ///< The latest packet; a member so that its memory is reused.
  ReaperHello hello_;
  std::string why_;
};

}  // namespace troupe::runtime
