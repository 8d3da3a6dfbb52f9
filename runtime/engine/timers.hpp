#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "runtime/address.hpp"
#include "runtime/cell/envelope.hpp"
#include "runtime/core/reactor.hpp"
#include "runtime/engine/router.hpp"

namespace troupe::runtime {

/// Messages that actors send to themselves at a later time, on the reactor's timers.
///
/// Protocol: the table of pending timers belongs to the reactor's thread. The reactor's callbacks
/// share the table and may outlive this object. The table's pointer to the router is guarded by its
/// mutex, which is held while a message is delivered; it is null once this object is destroyed.
class Timers {
 public:
  Timers(Reactor& reactor, Router& router);
  ~Timers();
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;

  /// Sends `message`, of kind timer, to `to` at `when`. Returns the timer's id, never 0. For any
  /// thread.
  [[nodiscard]] std::uint64_t start(Instant when, Address to, Envelope::Ptr message);
  /// Cancels a timer; its message may be in the mailbox already. For any thread.
  void cancel(std::uint64_t timer);

 private:
  struct Pending;

  Reactor& reactor_;
  std::atomic<std::uint64_t> last_{0};
  std::shared_ptr<Pending> pending_;
};

}  // namespace troupe::runtime
