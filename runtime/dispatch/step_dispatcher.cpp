#include "runtime/dispatch/step_dispatcher.hpp"

#include <utility>

#include <boost/context/fiber.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>

#include "runtime/core/check.hpp"
#include "runtime/dispatch/exception_state.hpp"

namespace troupe::runtime {
namespace {

constexpr std::size_t stack_bytes = std::size_t{256} * 1024;  ///< Sanitizers enlarge stack frames.

}  // namespace

struct StepDispatcher::Strand {
  boost::context::fiber inside;   ///< Continuation of the strand; empty while it runs.
  boost::context::fiber outside;  ///< Continuation of its caller; empty while it does not run.
  ExceptionState exceptions;
  Cell* cell = nullptr;  ///< The actor to run next.
  bool finish = false;
};

StepDispatcher::StepDispatcher(Reactor& reactor, Choose choose)
    : reactor_(reactor), choose_(std::move(choose)) {}

StepDispatcher::~StepDispatcher() {
  stop();
}

void StepDispatcher::start(std::uint8_t index, RunCell run) {
  awaits_ = Awaits(index);
  run_ = std::move(run);
}

bool StepDispatcher::step() {
  check(current_ == nullptr, "a handler does not step its own dispatcher");
  if (blocked_ != nullptr) {
    if (!unblocked_ && !stopping_) return false;
    enter(*blocked_);
    return true;
  }
  if (!resumable_.empty()) {
    Await* const await = resumable_.front();
    resumable_.pop_front();
    enter(*static_cast<Strand*>(await->fiber));
    return true;
  }
  if (ready_.empty() || stopping_) return false;
  const std::size_t chosen = choose_ ? choose_(ready_.size()) : 0;
  Strand& strand = spare_strand();
  strand.cell = ready_.at(chosen);
  ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(chosen));
  enter(strand);
  return true;
}

void StepDispatcher::stop() {
  if (std::exchange(stopping_, true)) return;
  while (Await* const await = awaits_.claim_any()) resume_later(*await, Await::Outcome::stopped);
  while (step()) {
  }
  for (const auto& strand : strands_) {
    strand->finish = true;
    enter(*strand);
  }
}

void StepDispatcher::ready(Cell& cell) {
  ready_.push_back(&cell);
}

void StepDispatcher::answer(Envelope::Ptr answer) {
  Await* const await = awaits_.claim(answer->ask);
  if (await == nullptr) return;  // Too late.
  await->answer = std::move(answer);
  resume_later(*await, Await::Outcome::answered);
}

CorrelationId StepDispatcher::open(Await& await) {
  return awaits_.open(await);
}

void StepDispatcher::wait(Await& await, CorrelationId id, Instant deadline) {
  check(current_ != nullptr, "only a handler awaits");
  await.fiber = current_;
  if (stopping_ && await.outcome == Await::Outcome::pending)
    await.outcome = Await::Outcome::stopped;
  if (await.outcome == Await::Outcome::pending) {
    auto timer = Reactor::TimerId::none;
    if (deadline != Instant::never())
      timer = reactor_.at(deadline, [this, id] {
        if (Await* const late = awaits_.claim(id)) resume_later(*late, Await::Outcome::timed_out);
      });
    leave(*current_);
    if (timer != Reactor::TimerId::none) reactor_.cancel(timer);
  } else {
    std::erase(resumable_, &await);  // Answered before it could wait.
  }
  awaits_.close(id);
  if (await.outcome == Await::Outcome::stopped) throw Unwound{};
}

void StepDispatcher::block(Instant until) {
  check(current_ != nullptr, "only a handler blocks its dispatcher");
  if (stopping_) throw Unwound{};
  blocked_ = current_;
  unblocked_ = false;
  const auto timer = reactor_.at(until, [this] { unblocked_ = true; });
  leave(*current_);
  blocked_ = nullptr;
  reactor_.cancel(timer);
  if (stopping_) throw Unwound{};
}

void StepDispatcher::resume_later(Await& await, Await::Outcome outcome) {
  await.outcome = outcome;
  resumable_.push_back(&await);
}

void StepDispatcher::enter(Strand& strand) {
  current_ = &strand;
  strand.exceptions.swap();
  strand.inside = std::move(strand.inside).resume();
  strand.exceptions.swap();
  current_ = nullptr;
}

void StepDispatcher::leave(Strand& strand) {
  strand.outside = std::move(strand.outside).resume();
}

void StepDispatcher::work(Strand& strand) {
  while (!strand.finish) {
    Cell* const cell = std::exchange(strand.cell, nullptr);
    if (run_(*cell, 1)) ready_.push_back(cell);
    spare_.push_back(&strand);
    leave(strand);
  }
}

StepDispatcher::Strand& StepDispatcher::spare_strand() {
  if (spare_.empty()) {
    strands_.push_back(std::make_unique<Strand>());
    Strand& strand = *strands_.back();
    strand.inside = boost::context::fiber(std::allocator_arg,
                                          boost::context::protected_fixedsize_stack(stack_bytes),
                                          [this, &strand](boost::context::fiber&& outside) {
                                            strand.outside = std::move(outside);
                                            work(strand);
                                            return std::move(strand.outside);
                                          });
    spare_.push_back(&strand);
  }
  Strand* const strand = spare_.back();
  spare_.pop_back();
  return *strand;
}

}  // namespace troupe::runtime
