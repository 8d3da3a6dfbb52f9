#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/address.hpp"
#include "runtime/cell/cell_table.hpp"
#include "runtime/cell/envelope.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"
#include "runtime/dispatch/dispatcher.hpp"

namespace troupe::runtime {

/// Unanswered questions of plain threads and of other nodes: everything that is not an actor here.
///
/// Protocol: the table is guarded by its mutex. Whoever answers or gives up first takes the entry
/// out of the table and calls its callback without the mutex. So each callback is called at most
/// once. All functions are for any thread.
class ExternalAsks {
 public:
  using Callback = std::function<void(Envelope::Ptr answer)>;

  /// Top byte of the correlation ids; other ids have the number of a dispatcher there.
  static constexpr std::uint8_t top_byte = 0xff;

  /// Returns a new correlation id. `callback` gets the answer, on the thread that answers.
  [[nodiscard]] CorrelationId open(Callback callback);
  /// Discards the callback. False if the question was answered before.
  bool close(CorrelationId id);
  void answer(Envelope::Ptr answer);

 private:
  std::mutex mutex_;
  std::uint64_t last_ = 0;
  std::unordered_map<std::uint64_t, Callback> pending_;
};

/// Delivers the envelopes of one node: to the mailbox of an actor here, to the sender of a
/// question, or to another node.
///
/// Protocol: all functions are for any thread. The counter and the receptionist's address are
/// atomics; the rest is fixed at construction or has a protocol of its own.
class Router {
 public:
  using Dispatchers = std::vector<std::unique_ptr<Dispatcher>>;
  /// Sends an envelope to an actor of another node. `expires`: when the sender of a question stops
  /// waiting.
  using SendRemote = std::function<void(Address to, Envelope::Ptr envelope, Instant expires)>;

  /// `cells` and `dispatchers` outlive the router.
  Router(NodeId id, CellTable& cells, const Dispatchers& dispatchers, SendRemote send_remote)
      : id_(id), cells_(cells), dispatchers_(dispatchers), send_remote_(std::move(send_remote)) {}
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  [[nodiscard]] NodeId id() const { return id_; }
  [[nodiscard]] Dispatcher& dispatcher(const Cell& cell) const {
    return *dispatchers_[cell.dispatcher];
  }
  /// Address of the actor in `cell`.
  [[nodiscard]] Address address(const Cell& cell) const {
    const std::uint64_t slot = cell.index;
    return {id_, (slot << 32) | cell.generation.load(std::memory_order_relaxed)};
  }
  /// Whether the actor lives on this node. The answer may be outdated at once.
  [[nodiscard]] bool is_alive(Address actor) const;

  /// Delivers the envelope. If the actor is gone, a question is answered with an error and a watch
  /// with a Down; other envelopes are dropped. `expires`: when the sender of a question stops
  /// waiting.
  void send(Address to, Envelope::Ptr envelope, Instant expires = Instant::never());
  /// Puts the envelope into the mailbox of a cell and wakes its dispatcher if necessary.
  void put(Cell& cell, Envelope::Ptr envelope) {
    if (cell.mailbox.push(std::move(envelope))) dispatcher(cell).ready(cell);
  }
  /// Handles an envelope whose receiver `to` is gone: see `send`.
  void drop(Address to, Envelope::Ptr envelope);

  /// Gives the answer to whoever waits under its correlation id; drops it if nobody does.
  void answer(Envelope::Ptr answer);
  void answer_error(CorrelationId ask, ErrorKind kind, std::string what);
  /// Delivers a Down to a watcher: as a message, or as the answer to `watch.ask`.
  void notify_watcher(const Watch& watch, const Down& down);

  /// Questions from plain threads and from other nodes.
  [[nodiscard]] ExternalAsks& external_asks() { return external_asks_; }

  /// Sets the actor that receives what is sent to reception_of(this node).
  void set_receptionist(Address actor) {
    receptionist_.store(actor.actor, std::memory_order_release);
  }

  void count_dead_letter() { dead_letters_.fetch_add(1, std::memory_order_relaxed); }
  /// Number of messages whose receiver was gone or did not handle them.
  [[nodiscard]] std::uint64_t dead_letters() const {
    return dead_letters_.load(std::memory_order_relaxed);
  }

 private:
  const NodeId id_;
  CellTable& cells_;
  const Dispatchers& dispatchers_;
  const SendRemote send_remote_;
  ExternalAsks external_asks_;
  std::atomic<std::uint64_t> receptionist_{0};
  std::atomic<std::uint64_t> dead_letters_{0};
};

}  // namespace troupe::runtime
