#pragma once

#include <functional>
#include <memory>
#include <string>

#include "runtime/core/reactor.hpp"
#include "runtime/core/result.hpp"
#include "transport/key.hpp"
#include "transport/link_options.hpp"
#include "transport/wire.hpp"

namespace troupe::transport {

/// How a node without a key of its own gets in once: it dials with the key of an invitation, and
/// its hello brings the public key that is to be admitted in the invitation's place. Lives on the
/// reactor's thread.
class Enrolment final {
 public:
  using OnDone = std::function<void(Result<void>)>;

  /// `wire` proves the invitation's key. `done` is called once, later, and may not destroy this.
  Enrolment(Reactor& reactor, std::unique_ptr<Wire> wire, PeerId self, std::string name,
            const Key& own, const std::string& address, Duration patience, OnDone done);
  ~Enrolment();
  Enrolment(const Enrolment&) = delete;
  Enrolment& operator=(const Enrolment&) = delete;

 private:
  void say_hello();
  void on_frame(Bytes bytes);
  void finish(const Result<void>& result);

  Reactor& reactor_;
  std::unique_ptr<Wire> wire_;
  const PeerId self_;
  const std::string name_;
  const Key own_;
  const std::string address_;
  const Instant end_;
  OnDone done_;
  Route route_{};
  Reactor::TimerId timer_ = Reactor::TimerId::none;
};

}  // namespace troupe::transport
