#include "runtime/simulation/sim_thread.hpp"

#include <exception>
#include <utility>

#include <boost/context/fiber.hpp>
#include <boost/context/protected_fixedsize_stack.hpp>

#include "runtime/core/check.hpp"
#include "runtime/dispatch/exception_state.hpp"

namespace troupe::runtime::simulation {
namespace {

constexpr std::size_t stack_bytes = std::size_t{512} * 1024;  ///< Sanitizers need large frames.

/// Thrown by `wait` when the process dies. It is no std::exception, so that handlers of those do
/// not catch it.
struct ProcessDied {};

}  // namespace

struct SimThread::Stack {
  std::function<void()> code;
  boost::context::fiber inside;
  boost::context::fiber outside;
  ExceptionState exceptions;
  std::exception_ptr thrown;
  const std::function<bool()>* done =
      nullptr;  ///< The condition that it waits for; null before the start.
  Instant until{};
  bool runs = false;
  bool over = false;
  bool dying = false;

  void enter() {
    runs = true;
    exceptions.swap();
    inside = std::move(inside).resume();
    exceptions.swap();
    runs = false;
  }

  void work() {
    try {
      if (!dying) code();
    } catch (const ProcessDied&) {
      // The process of this thread has died.
    } catch (...) {
      thrown = std::current_exception();
    }
    over = true;
  }
};

SimThread::SimThread(std::function<void()> code) : stack_(std::make_unique<Stack>()) {
  stack_->code = std::move(code);
  stack_->inside = boost::context::fiber(std::allocator_arg,
                                         boost::context::protected_fixedsize_stack(stack_bytes),
                                         [stack = stack_.get()](boost::context::fiber&& outside) {
                                           stack->outside = std::move(outside);
                                           stack->work();
                                           return std::move(stack->outside);
                                         });
}

SimThread::~SimThread() {
  if (stack_->over) return;
  check(!stack_->runs, "a thread does not end itself");
  stack_->dying = true;
  stack_->enter();
  check(stack_->over, "a thread whose process died does not wait again");
}

bool SimThread::is_over() const {
  return stack_->over;
}

bool SimThread::is_current() const {
  return stack_->runs;
}

bool SimThread::is_due(Instant now) const {
  if (stack_->over || stack_->runs) return false;
  return stack_->done == nullptr || now >= stack_->until || (*stack_->done)();
}

Instant SimThread::due_at() const {
  return stack_->over ? Instant::never() : stack_->until;
}

void SimThread::run() {
  check(!stack_->over && !stack_->runs, "a thread that runs is one that waits");
  stack_->enter();
  if (stack_->thrown) std::rethrow_exception(std::exchange(stack_->thrown, {}));
}

void SimThread::wait(const std::function<bool()>& done, Instant until) {
  check(stack_->runs, "a thread waits for itself only");
  if (stack_->dying) throw ProcessDied{};
  stack_->done = &done;
  stack_->until = until;
  stack_->outside = std::move(stack_->outside).resume();
  if (stack_->dying) throw ProcessDied{};
}

}  // namespace troupe::runtime::simulation
