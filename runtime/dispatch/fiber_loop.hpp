#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <boost/fiber/all.hpp>

#include "runtime/dispatch/dispatcher.hpp"
#include "runtime/dispatch/exception_state.hpp"
#include "runtime/dispatch/mpsc_stack.hpp"
#include "runtime/dispatch/parking.hpp"
#include "runtime/dispatch/run_queue.hpp"
#include "runtime/dispatch/stack_pool.hpp"

namespace troupe::runtime {

/// What one dispatcher thread does: Boost.Fiber's scheduling algorithm of that thread, and the loop
/// that runs actors. The loop runs on a pooled fiber. A handler that awaits, or blocks in a
/// primitive of Boost.Fiber, leaves that fiber suspended, and another pooled one takes the loop
/// over; when it can go on, the loop lends it the thread, and the fiber that it finishes on joins
/// the pool. So an idle actor has no fiber, and switching costs nothing until somebody waits.
///
/// Protocol: other threads touch the three inboxes, `stop_` and `parking_` only: each puts first
/// and wakes then. Everything else belongs to the thread. Fibers never leave it.
///
/// Boost.Fiber's own dispatcher fiber frees ended fibers, and serves sleepers and wake-ups from
/// other threads, but only while it runs: the loop lends it the thread when one of these may be
/// due.
class FiberLoop final : public boost::fibers::algo::algorithm {
 public:
  FiberLoop(std::uint8_t home, Dispatcher::RunCell run, std::size_t stack_bytes);
  ~FiberLoop() override;

  // --- Any thread.

  void ready(Cell& cell);
  void answer(Envelope::Ptr answer);
  /// Ends `work`: what awaits is unwound. A handler that blocks in a primitive of Boost.Fiber
  /// cannot be; after `grace` its fiber is given up, with all that is on it.
  void stop();

  // --- The thread.

  /// Returns after stop().
  void work();
  [[nodiscard]] CorrelationId open(Await& await) { return awaits_.open(await); }
  void wait(Await& await, CorrelationId id, Instant deadline);
  /// Fibers that were given up.
  [[nodiscard]] std::size_t given_up() const { return given_up_; }

  // --- Boost.Fiber.

  using TimePoint = std::chrono::steady_clock::time_point;
  using Fiber = boost::fibers::context;
  void awakened(Fiber* fiber) noexcept override;
  Fiber* pick_next() noexcept override;
  bool has_ready_fibers() const noexcept override { return !resumable_.empty(); }
  void suspend_until(const TimePoint& until) noexcept override;
  void notify() noexcept override;

 private:
  class Properties;
  struct StackAllocator;

  static constexpr std::size_t messages_in_turn = 256;
  static constexpr std::size_t spares_max = 64;
  static constexpr std::chrono::milliseconds grace{500};

  [[nodiscard]] Properties& properties(Fiber* fiber);
  void exchange_exceptions(Fiber* from, Fiber* to);
  void switch_to(Fiber* from, Fiber* to);
  /// The present fiber becomes spare while `to` has the thread.
  void lend_thread(Fiber* self, Fiber* to);
  [[nodiscard]] Fiber* take_resumable();
  [[nodiscard]] Fiber* loop_fiber();

  void loop();
  [[nodiscard]] bool library_is_due();
  void take_inboxes();
  [[nodiscard]] bool inboxes_hold_work() const;
  void resume_later(Await& await, Await::Outcome outcome);
  [[nodiscard]] bool may_end(Fiber* self);
  void give_up_stuck_fibers(Fiber* self);

  Dispatcher::RunCell run_;
  StackPool stacks_;

  MpscStack<Cell, &Cell::ready_next> ready_inbox_;
  MpscStack<Envelope, &Envelope::next> answer_inbox_;
  std::atomic<bool> library_inbox_{false};  ///< Boost.Fiber has something from another thread.
  std::atomic<bool> stop_{false};
  Parking parking_;

  Awaits awaits_;
  RunQueue actors_;
  boost::fibers::scheduler::ready_queue_type resumable_;  ///< Handlers that can go on.
  std::vector<Fiber*> spares_;                            ///< Loop fibers without a handler.
  Properties* all_ = nullptr;                             ///< Of every fiber of the thread.
  Fiber* main_ = nullptr;
  Fiber* library_ = nullptr;  ///< Boost.Fiber's dispatcher fiber.
  Fiber* created_ = nullptr;
  bool creating_ = false;
  std::size_t loops_ = 0;  ///< Loop fibers that have not ended.
  std::uint32_t tick_ = 0;
  bool fiber_ended_ = false;   ///< Since the library's fiber ran.
  bool fiber_sleeps_ = false;  ///< Since the library's fiber ran.
  bool only_looking_ = false;  ///< The library's fiber was lent the thread by a busy loop,
  bool look_is_over_ = false;  ///< has found the next deadline, and gives the thread back.
  TimePoint deadline_ = TimePoint::max();  ///< Of the fiber that sleeps least.
  TimePoint give_up_at_ = TimePoint::max();
  std::size_t given_up_ = 0;
};

}  // namespace troupe::runtime
