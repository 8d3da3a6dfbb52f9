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

/// Exchanges an invitation for the admission of a node's own key: dials with the invitation's key,
/// and sends a hello with the public key to admit. Used on the reactor's thread.
class Enrolment final {
 public:
  using OnDone = std::function<void(Result<void>)>;

  /// `wire` proves the invitation's key. `done` is called once, later, with `timed_out` after
  /// `patience` at the latest. It may not destroy this object.
  Enrolment(Reactor& reactor, std::unique_ptr<Wire> wire, PeerId self, std::string name,
            const Key& own, const std::string& address, Duration patience, OnDone done);
  ~Enrolment();
  Enrolment(const Enrolment&) = delete;
  Enrolment& operator=(const Enrolment&) = delete;

 private:
  void send_hello();
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
