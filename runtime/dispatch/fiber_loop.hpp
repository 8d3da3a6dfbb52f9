#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <boost/fiber/all.hpp>

#include "runtime/dispatch/dispatcher.hpp"
#include "runtime/dispatch/exception_state.hpp"
#include "runtime/dispatch/parking.hpp"
#include "runtime/dispatch/queues.hpp"
#include "runtime/dispatch/stack_pool.hpp"

namespace troupe::runtime {

/// Boost.Fiber's scheduling algorithm of one dispatcher thread, and the loop that runs its actors.
///
/// The loop runs on a pooled fiber. When a handler awaits an answer, or blocks in a primitive of
/// Boost.Fiber, that fiber stays suspended, and another pooled fiber continues the loop. When the
/// handler can continue, the loop switches to its fiber; the loop's fiber returns to the pool. So
/// an idle actor has no fiber, and an actor that never awaits causes no fiber switch.
///
/// Boost.Fiber's dispatcher fiber (`library_`) frees ended fibers and wakes sleeping fibers and
/// those that other threads notified, but only while it runs. The loop switches to it when one of
/// these may be due.
///
/// Protocol: other threads use the three inboxes, `stop_` and `parking_` only: they first put and
/// then wake. The rest belongs to the thread. A fiber never changes its thread.
class FiberLoop final : public boost::fibers::algo::algorithm {
 public:
  FiberLoop(std::uint8_t index, Dispatcher::RunCell run, std::size_t stack_bytes);
  ~FiberLoop() override;

  // --- Any thread.

  void ready(Cell& cell);
  void answer(Envelope::Ptr answer);
  /// Ends `work` and unwinds the handlers that await. A handler that blocks in a primitive of
  /// Boost.Fiber cannot be unwound: after `grace` its fiber is abandoned with its stack.
  void stop();

  // --- The thread.

  /// Returns after stop().
  void work();
  [[nodiscard]] CorrelationId open(Await& await) { return awaits_.open(await); }
  void wait(Await& await, CorrelationId id, Instant deadline);
  /// Number of fibers that were abandoned.
  [[nodiscard]] std::size_t abandoned() const { return abandoned_; }

  // --- Boost.Fiber.

  using TimePoint = std::chrono::steady_clock::time_point;
  using Fiber = boost::fibers::context;
  void awakened(Fiber* fiber) noexcept override;
  Fiber* pick_next() noexcept override;
  [[nodiscard]] bool has_ready_fibers() const noexcept override { return !resumable_.empty(); }
  void suspend_until(const TimePoint& until) noexcept override;
  void notify() noexcept override;

 private:
  class Properties;
  struct StackAllocator;

  static constexpr std::size_t messages_per_turn = 256;
  static constexpr std::size_t spares_max = 64;
  static constexpr std::chrono::milliseconds grace{500};

  [[nodiscard]] Properties& properties(Fiber* fiber);
  void exchange_exceptions(Fiber* from, Fiber* to);
  void switch_to(Fiber* from, Fiber* to);
  /// Puts the running loop fiber into the pool and switches to `to`.
  void yield_to(Fiber* self, Fiber* to);
  [[nodiscard]] Fiber* take_resumable();
  [[nodiscard]] Fiber* loop_fiber();

  void loop();
  [[nodiscard]] bool library_is_due();
  void take_inboxes();
  [[nodiscard]] bool inboxes_hold_work() const;
  void resume_later(Await& await, Await::Outcome outcome);
  [[nodiscard]] bool may_end(Fiber* self);
  void abandon_stuck_fibers(Fiber* self);

  Dispatcher::RunCell run_;
  StackPool stacks_;

  MpscStack<Cell, &Cell::ready_next> ready_inbox_;
  MpscStack<Envelope, &Envelope::next> answer_inbox_;
  std::atomic<bool> library_inbox_{false};  ///< Another thread woke a fiber through Boost.Fiber.
  std::atomic<bool> stop_{false};
  Parking parking_;

  Awaits awaits_;
  RunQueue actors_;
  boost::fibers::scheduler::ready_queue_type resumable_;  ///< Suspended handlers that can continue.
  std::vector<Fiber*> spares_;  ///< The pool: loop fibers that run no handler.
  Properties* all_ = nullptr;   ///< List of all fibers of the thread.
  Fiber* main_ = nullptr;
  Fiber* library_ = nullptr;  ///< Boost.Fiber's dispatcher fiber.
  Fiber* created_ = nullptr;
  bool creating_ = false;
  std::size_t loops_ = 0;  ///< Loop fibers that have not ended.
  std::uint32_t tick_ = 0;
  bool fiber_ended_ = false;   ///< A fiber has ended since `library_` ran.
  bool fiber_sleeps_ = false;  ///< A fiber has begun to sleep since `library_` ran.
  bool polling_ = false;       ///< `library_` runs for a busy loop: it must not park the thread.
  bool polled_ = false;        ///< `library_` has polled, and returns to the loop.
  TimePoint deadline_ = TimePoint::max();    ///< Earliest deadline of the sleeping fibers.
  TimePoint abandon_at_ = TimePoint::max();  ///< End of the grace period of stop().
  std::size_t abandoned_ = 0;
};

}  // namespace troupe::runtime
