#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <list>
#include <string>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/core/check.hpp"
#include "test/unit/transport/poll_reactor.hpp"

namespace troupe::transport::test {

/// A TCP proxy between a dialer and a listener that records and may change the dialer's bytes.
class Wiretap {
 public:
  /// Listens on loopback and forwards each connection to `port` on loopback.
  Wiretap(PollReactor& reactor, int port) : reactor_(reactor), target_(port) {
    listening_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in here = on_loopback(0);
    check(bind(listening_, reinterpret_cast<sockaddr*>(&here), sizeof here) == 0 &&
              listen(listening_, 16) == 0,
          "a port of loopback is free");
    watch_ = reactor_.watch_readable(listening_, [this] { accept_one(); });
  }
  ~Wiretap() {
    reactor_.unwatch(watch_);
    close(listening_);
    while (!pipes_.empty()) end(pipes_.begin());
  }
  Wiretap(const Wiretap&) = delete;
  Wiretap& operator=(const Wiretap&) = delete;

  [[nodiscard]] int port() const {
    sockaddr_in here{};
    socklen_t size = sizeof here;
    check(getsockname(listening_, reinterpret_cast<sockaddr*>(&here), &size) == 0, "it is bound");
    return ntohs(here.sin_port);
  }

  std::string sent{};                          ///< All bytes of the dialers.
  std::function<void(std::string&)> tamper{};  ///< May change the next bytes of a dialer.
  bool accepts = true;                         ///< If false, closes each new connection at once.

  static sockaddr_in on_loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

 private:
  struct Pipe {
    int dialer;
    int target;
    Reactor::WatchId dialer_watch;
    Reactor::WatchId target_watch;
  };

  void accept_one() {
    const int dialer = accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (!accepts) {
      close(dialer);
      return;
    }
    const int target = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in there = on_loopback(target_);
    check(dialer >= 0 && connect(target, reinterpret_cast<sockaddr*>(&there), sizeof there) == 0,
          "the target listens");
    const auto pipe = pipes_.insert(pipes_.end(), Pipe{dialer, target, {}, {}});
    pipe->dialer_watch = reactor_.watch_readable(dialer, [this, pipe] { pass(pipe, true); });
    pipe->target_watch = reactor_.watch_readable(target, [this, pipe] { pass(pipe, false); });
  }

  void pass(std::list<Pipe>::iterator pipe, bool forth) {
    std::array<char, 65536> bytes{};
    const ssize_t got = recv(forth ? pipe->dialer : pipe->target, bytes.data(), bytes.size(), 0);
    if (got <= 0) return end(pipe);
    std::string text(bytes.data(), static_cast<std::size_t>(got));
    if (forth) {
      sent += text;
      if (tamper) tamper(text);
    }
    const int to = forth ? pipe->target : pipe->dialer;
    if (::send(to, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
      end(pipe);
  }

  void end(std::list<Pipe>::iterator pipe) {
    reactor_.unwatch(pipe->dialer_watch);
    reactor_.unwatch(pipe->target_watch);
    close(pipe->dialer);
    close(pipe->target);
    pipes_.erase(pipe);
  }

  PollReactor& reactor_;
  const int target_;
  int listening_ = -1;
  Reactor::WatchId watch_ = Reactor::WatchId::none;
  std::list<Pipe> pipes_;
};

}  // namespace troupe::transport::test
