#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "runtime/address.hpp"
#include "runtime/cell/envelope.hpp"
#include "runtime/core/reactor.hpp"

namespace troupe::runtime {

class Engine;

/// Messages that actors send themselves for later, on the reactor's timers.
///
/// Protocol: the table of armed timers belongs to the reactor's thread. Its callbacks share it, and
/// may outlive this object; `engine` in it is null from the moment that this object is gone, and
/// read and written under its mutex, which is held while a message is delivered.
class Timers {
 public:
  Timers(Reactor& reactor, Engine& engine);
  ~Timers();
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;

  /// Any thread. `message` is of kind timer. Returns the timer's id, never 0.
  [[nodiscard]] std::uint64_t start(Instant when, Address to, Envelope::Ptr message);
  /// Any thread. The message may be in the mailbox already.
  void cancel(std::uint64_t timer);

 private:
  struct Armed;

  Reactor& reactor_;
  std::atomic<std::uint64_t> last_{0};
  std::shared_ptr<Armed> armed_;
};

}  // namespace troupe::runtime
