#include "runtime/dispatch/fiber_loop.hpp"

#include <algorithm>
#include <utility>

namespace troupe::runtime {

namespace fibers = boost::fibers;
using std::chrono::steady_clock;

namespace {

/// While actors are ready, the loop looks at inboxes and the clock once in so many rounds.
constexpr std::uint32_t ticks_between_looks = 32;

/// The loop of the current thread. A function, so that the compiler does not keep the address of
/// the thread-local variable across a fiber switch.
FiberLoop*& loop_of_thread() {
  thread_local FiberLoop* loop = nullptr;
  return loop;
}

}  // namespace

/// State of each fiber of the thread, in a doubly linked list.
class FiberLoop::Properties final : public fibers::fiber_properties {
 public:
  Properties(Fiber* fiber, Properties*& head)
      : fiber_properties(fiber), fiber_(fiber), head_(head), next_(head) {
    if (next_ != nullptr) next_->previous_ = this;
    head_ = this;
  }
  ~Properties() override {
    (previous_ != nullptr ? previous_->next_ : head_) = next_;
    if (next_ != nullptr) next_->previous_ = previous_;
  }

  ExceptionState exceptions;

  [[nodiscard]] Fiber* fiber() const { return fiber_; }
  [[nodiscard]] Properties* next() const { return next_; }

 private:
  Fiber* fiber_;
  Properties*& head_;
  Properties* previous_ = nullptr;
  Properties* next_;
};

/// Adapts StackPool to the stack allocators of Boost.Fiber.
struct FiberLoop::StackAllocator {
  StackPool* pool;

  [[nodiscard]] boost::context::stack_context allocate() const {
    boost::context::stack_context stack;
    stack.size = pool->stack_bytes();
    stack.sp = pool->take() + stack.size;
    return stack;
  }
  void deallocate(boost::context::stack_context& stack) const noexcept {
    pool->give_back(static_cast<char*>(stack.sp) - stack.size);
  }
};

FiberLoop::FiberLoop(std::uint8_t index, Dispatcher::RunCell run, std::size_t stack_bytes)
    : run_(std::move(run)), stacks_(stack_bytes), awaits_(index) {}

FiberLoop::~FiberLoop() {
  resumable_.clear();
  for (Envelope* answer = answer_inbox_.take_all(); answer != nullptr;) {
    const Envelope::Ptr owned(std::exchange(answer, answer->next));
  }
}

void FiberLoop::ready(Cell& cell) {
  if (loop_of_thread() == this) return actors_.put(cell);
  ready_inbox_.put(cell);
  parking_.wake();
}

void FiberLoop::answer(Envelope::Ptr answer) {
  if (loop_of_thread() == this) {
    Await* const await = awaits_.claim(answer->ask);
    if (await == nullptr) return;  // The handler has stopped waiting.
    await->answer = std::move(answer);
    return resume_later(*await, Await::Outcome::answered);
  }
  answer_inbox_.put(*answer.release());
  parking_.wake();
}

void FiberLoop::stop() {
  stop_.store(true, std::memory_order_seq_cst);
  parking_.wake();
}

void FiberLoop::work() {
  main_ = Fiber::active();
  loop_of_thread() = this;
  switch_to(main_, loop_fiber());
  loop_of_thread() = nullptr;
}

void FiberLoop::wait(Await& await, CorrelationId id, Instant deadline) {
  const bool pending = await.outcome == Await::Outcome::pending;
  if (pending && stop_.load(std::memory_order_relaxed)) {
    await.outcome = Await::Outcome::stopped;
  } else if (pending) {
    Fiber* const self = Fiber::active();
    await.fiber = self;
    if (deadline == Instant::never()) {
      switch_to(self, loop_fiber());
    } else {
      self->twstatus.store(0);
      self->wait_until(TimePoint(deadline.since_zero));  // Boost.Fiber's queue of sleeping fibers.
      if (await.outcome == Await::Outcome::pending) await.outcome = Await::Outcome::timed_out;
    }
  }
  awaits_.close(id);
  if (await.outcome == Await::Outcome::stopped) throw Unwound{};
}

void FiberLoop::resume_later(Await& await, Await::Outcome outcome) {
  await.outcome = outcome;
  auto* const fiber = static_cast<Fiber*>(await.fiber);
  if (fiber == nullptr) return;  // Answered before `wait` was called.
  if (fiber->sleep_is_linked())
    Fiber::active()->schedule(fiber);  // Wakes the sleeping fiber: calls awakened().
  else
    fiber->ready_link(resumable_);
}

// --- Fibers.

FiberLoop::Properties& FiberLoop::properties(Fiber* fiber) {
  if (fiber->get_properties() == nullptr) fiber->set_properties(new Properties(fiber, all_));
  return static_cast<Properties&>(*fiber->get_properties());
}

void FiberLoop::exchange_exceptions(Fiber* from, Fiber* to) {
  properties(from).exceptions.save();
  properties(to).exceptions.load();
}

void FiberLoop::switch_to(Fiber* from, Fiber* to) {
  exchange_exceptions(from, to);
  to->resume();
}

void FiberLoop::yield_to(Fiber* self, Fiber* to) {
  spares_.push_back(self);
  switch_to(self, to);
}

FiberLoop::Fiber* FiberLoop::take_resumable() {
  Fiber* const fiber = &resumable_.front();
  resumable_.pop_front();
  return fiber;
}

FiberLoop::Fiber* FiberLoop::loop_fiber() {
  if (!spares_.empty()) {
    Fiber* const spare = spares_.back();
    spares_.pop_back();
    return spare;
  }
  ++loops_;
  creating_ = true;
  fibers::fiber(fibers::launch::post, std::allocator_arg, StackAllocator{&stacks_}, [this] {
    loop();
  }).detach();  // Calls awakened().
  creating_ = false;
  return created_;
}

void FiberLoop::awakened(Fiber* fiber) noexcept {
  if (fiber->is_context(fibers::type::dispatcher_context))
    library_ = fiber;
  else if (creating_)
    created_ = fiber;
  else
    fiber->ready_link(resumable_);
}

/// Called when a fiber blocks, ends or yields, and by `library_`.
FiberLoop::Fiber* FiberLoop::pick_next() noexcept {
  Fiber* const self = Fiber::active();
  // Whether a fiber is in Boost.Fiber's list of ended fibers cannot be seen from the fiber itself.
  const bool ended = self->is_context(fibers::type::worker_context) && !self->worker_is_linked();
  if (ended)
    fiber_ended_ = true;
  else if (self->sleep_is_linked())
    fiber_sleeps_ = true;

  Fiber* next = nullptr;
  if (self == library_) {
    if (polling_) return nullptr;  // Then suspend_until gets the next deadline.
    const bool may_abandon = abandon_at_ == TimePoint::max() || steady_clock::now() >= abandon_at_;
    if (!resumable_.empty()) {
      next = take_resumable();
    } else if (polled_ || !actors_.is_empty() || inboxes_hold_work() ||
               (stop_.load(std::memory_order_relaxed) && loops_ > 0 && may_abandon)) {
      polled_ = false;
      next = loop_fiber();
    } else {
      return nullptr;
    }
  } else if (ended && loops_ == 0) {
    next = main_;
  } else if (!spares_.empty()) {
    next = loop_fiber();
  } else {
    next = library_;  // It creates a loop fiber; `self` may hold a lock of the primitive in which
                      // it blocks.
  }
  exchange_exceptions(self, next);
  return next;
}

void FiberLoop::suspend_until(const TimePoint& until) noexcept {
  deadline_ = std::min(until, abandon_at_);
  if (polling_) {
    polling_ = false;
    polled_ = true;
    return;
  }
  stacks_.trim(spares_max);
  parking_.announce();
  const bool stopping = stop_.load(std::memory_order_seq_cst) && abandon_at_ == TimePoint::max();
  if (!inboxes_hold_work() && !stopping)
    parking_.sleep(deadline_ == TimePoint::max() ? Instant::never()
                                                 : Instant{deadline_.time_since_epoch()});
  parking_.leave();
  library_inbox_.store(false, std::memory_order_relaxed);  // `library_` looks at it next.
}

void FiberLoop::notify() noexcept {
  library_inbox_.store(true, std::memory_order_seq_cst);
  parking_.wake();
}

// --- The loop.

void FiberLoop::loop() {
  Fiber* const self = Fiber::active();
  for (;;) {
    ++tick_;
    if (library_is_due()) {
      library_inbox_.store(false, std::memory_order_relaxed);
      fiber_ended_ = fiber_sleeps_ = false;
      polling_ = true;
      yield_to(self, library_);
      continue;
    }
    if (!resumable_.empty()) {
      yield_to(self, take_resumable());
      continue;
    }
    if (tick_ % ticks_between_looks == 0 || actors_.is_empty()) take_inboxes();
    if (stop_.load(std::memory_order_relaxed)) {
      while (actors_.take() != nullptr) {
      }  // Ready actors do not run any more.
      while (Await* const await = awaits_.claim_any())
        resume_later(*await, Await::Outcome::stopped);
      if (!resumable_.empty()) continue;
      if (may_end(self)) break;
    } else if (Cell* const cell = actors_.take()) {
      if (run_(*cell, messages_per_turn)) actors_.put_last(*cell);
      continue;
    }
    if (!resumable_.empty()) continue;
    if (spares_.size() >= spares_max) break;  // The pool is large enough.
    yield_to(self, library_);                 // It parks the thread until there is work.
  }
  --loops_;
}

bool FiberLoop::library_is_due() {
  if (fiber_ended_ || library_inbox_.load(std::memory_order_relaxed)) return true;
  if (tick_ % ticks_between_looks != 0) return false;
  return fiber_sleeps_ || (deadline_ != TimePoint::max() && steady_clock::now() >= deadline_);
}

void FiberLoop::take_inboxes() {
  for (Envelope* next = answer_inbox_.take_all(); next != nullptr;) {
    Envelope::Ptr received(std::exchange(next, next->next));
    answer(std::move(received));
  }
  for (Cell* next = ready_inbox_.take_all(); next != nullptr;)
    actors_.put_last(*std::exchange(next, next->ready_next));
}

bool FiberLoop::inboxes_hold_work() const {
  return !ready_inbox_.is_empty() || !answer_inbox_.is_empty() ||
         library_inbox_.load(std::memory_order_seq_cst);
}

// --- The end.

/// Whether this loop fiber may end: no handler is suspended, or the suspended ones were abandoned.
bool FiberLoop::may_end(Fiber* self) {
  std::size_t alive = 0;
  for (const Properties* p = all_; p != nullptr; p = p->next())
    if (p->fiber()->worker_is_linked()) ++alive;
  if (!inboxes_hold_work() && alive == spares_.size() + 1) return true;
  if (abandon_at_ == TimePoint::max()) {
    abandon_at_ = steady_clock::now() + grace;
  } else if (steady_clock::now() >= abandon_at_) {
    abandon_stuck_fibers(self);
    return true;
  }
  return false;
}

void FiberLoop::abandon_stuck_fibers(Fiber* self) {
  for (const Properties* p = all_; p != nullptr; p = p->next()) {
    Fiber* const fiber = p->fiber();
    if (!fiber->worker_is_linked() || fiber == self) continue;
    if (std::ranges::find(spares_, fiber) != spares_.end()) continue;
    fiber->detach();
    ++abandoned_;
  }
  if (abandoned_ > 0) stacks_.abandon();
  loops_ = spares_.size() + 1;
}

}  // namespace troupe::runtime
