#include "runtime/dispatch/fiber_loop.hpp"

#include <algorithm>
#include <utility>

namespace troupe::runtime {

namespace fibers = boost::fibers;
using std::chrono::steady_clock;

namespace {

constexpr std::uint32_t ticks_between_looks = 32;  ///< At inboxes and clocks, while there is work.

/// The loop of the present thread. A function, so that its address is not kept across a switch; a
/// fiber stays on its thread, so its value may be.
FiberLoop*& loop_of_thread() {
  thread_local FiberLoop* loop = nullptr;
  return loop;
}

}  // namespace

/// What the loop keeps for each fiber of its thread. Linked, so that a stuck one can be found.
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

/// What Boost.Fiber asks of a stack allocator.
struct FiberLoop::StackAllocator {
  StackPool* pool;

  boost::context::stack_context allocate() const {
    boost::context::stack_context stack;
    stack.size = pool->stack_bytes();
    stack.sp = pool->take() + stack.size;
    return stack;
  }
  void deallocate(boost::context::stack_context& stack) const noexcept {
    pool->give_back(static_cast<char*>(stack.sp) - stack.size);
  }
};

FiberLoop::FiberLoop(std::uint8_t home, Dispatcher::RunCell run, std::size_t stack_bytes)
    : run_(std::move(run)), stacks_(stack_bytes), awaits_(home) {}

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
    if (await == nullptr) return;  // Too late.
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
      self->wait_until(TimePoint(deadline.since_zero));  // In the library's queue of sleepers.
      if (await.outcome == Await::Outcome::pending) await.outcome = Await::Outcome::timed_out;
    }
  }
  awaits_.close(id);
  if (await.outcome == Await::Outcome::stopped) throw Unwound{};
}

void FiberLoop::resume_later(Await& await, Await::Outcome outcome) {
  await.outcome = outcome;
  auto* const fiber = static_cast<Fiber*>(await.fiber);
  if (fiber == nullptr) return;  // Answered before it could wait.
  if (fiber->sleep_is_linked())
    Fiber::active()->schedule(fiber);  // Takes it out of the sleepers; comes back to awakened().
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

void FiberLoop::lend_thread(Fiber* self, Fiber* to) {
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
  }).detach();  // Comes to awakened().
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

/// Called when a fiber blocks, ends or yields, and by the library's fiber.
FiberLoop::Fiber* FiberLoop::pick_next() noexcept {
  Fiber* const self = Fiber::active();
  // The list of ended fibers cannot be asked: its last element looks unlinked.
  const bool ended = self->is_context(fibers::type::worker_context) && !self->worker_is_linked();
  if (ended)
    fiber_ended_ = true;
  else if (self->sleep_is_linked())
    fiber_sleeps_ = true;

  Fiber* next = nullptr;
  if (self == library_) {
    if (only_looking_) return nullptr;  // So that suspend_until is told the next deadline.
    const bool give_up = give_up_at_ == TimePoint::max() || steady_clock::now() >= give_up_at_;
    if (!resumable_.empty()) {
      next = take_resumable();
    } else if (look_is_over_ || !actors_.is_empty() || inboxes_hold_work() ||
               (stop_.load(std::memory_order_relaxed) && loops_ > 0 && give_up)) {
      look_is_over_ = false;
      next = loop_fiber();
    } else {
      return nullptr;
    }
  } else if (ended && loops_ == 0) {
    next = main_;
  } else if (!spares_.empty()) {
    next = loop_fiber();
  } else {
    next = library_;  // It makes a loop fiber, without a lock of the primitive that self blocks in.
  }
  exchange_exceptions(self, next);
  return next;
}

void FiberLoop::suspend_until(const TimePoint& until) noexcept {
  deadline_ = std::min(until, give_up_at_);
  if (only_looking_) {
    only_looking_ = false;
    look_is_over_ = true;
    return;
  }
  stacks_.trim(spares_max);
  parking_.announce();
  const bool stopping = stop_.load(std::memory_order_seq_cst) && give_up_at_ == TimePoint::max();
  if (!inboxes_hold_work() && !stopping)
    parking_.sleep(deadline_ == TimePoint::max() ? Instant::never()
                                                 : Instant{deadline_.time_since_epoch()});
  parking_.leave();
  library_inbox_.store(false, std::memory_order_relaxed);  // The library looks at it next.
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
      only_looking_ = true;
      lend_thread(self, library_);
      continue;
    }
    if (!resumable_.empty()) {
      lend_thread(self, take_resumable());
      continue;
    }
    if (tick_ % ticks_between_looks == 0 || actors_.is_empty()) take_inboxes();
    if (stop_.load(std::memory_order_relaxed)) {
      while (actors_.take() != nullptr) {
      }  // They have had their time.
      while (Await* const await = awaits_.claim_any())
        resume_later(*await, Await::Outcome::stopped);
      if (!resumable_.empty()) continue;
      if (may_end(self)) break;
    } else if (Cell* const cell = actors_.take()) {
      if (run_(*cell, messages_in_turn)) actors_.put_last(*cell);
      continue;
    }
    if (!resumable_.empty()) continue;
    if (spares_.size() >= spares_max) break;  // More than this are kept for a burst only.
    lend_thread(self, library_);              // It finds nothing to do and parks.
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

/// True if this loop fiber may end: no handler is suspended any more, or those that are have been
/// given up.
bool FiberLoop::may_end(Fiber* self) {
  std::size_t alive = 0;
  for (const Properties* p = all_; p != nullptr; p = p->next())
    if (p->fiber()->worker_is_linked()) ++alive;
  if (!inboxes_hold_work() && alive == spares_.size() + 1) return true;
  if (give_up_at_ == TimePoint::max()) {
    give_up_at_ = steady_clock::now() + grace;
  } else if (steady_clock::now() >= give_up_at_) {
    give_up_stuck_fibers(self);
    return true;
  }
  return false;
}

void FiberLoop::give_up_stuck_fibers(Fiber* self) {
  for (const Properties* p = all_; p != nullptr; p = p->next()) {
    Fiber* const fiber = p->fiber();
    if (!fiber->worker_is_linked() || fiber == self) continue;
    if (std::ranges::find(spares_, fiber) != spares_.end()) continue;
    fiber->detach();
    ++given_up_;
  }
  if (given_up_ > 0) stacks_.abandon();
  loops_ = spares_.size() + 1;
}

}  // namespace troupe::runtime
