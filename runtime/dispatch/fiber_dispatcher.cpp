#include "runtime/dispatch/fiber_dispatcher.hpp"

#include <thread>
#include <utility>

#include <pthread.h>

#include "runtime/dispatch/fiber_loop.hpp"
#include "runtime/time_slice.hpp"

namespace troupe::runtime {

struct FiberDispatcher::Thread {
  boost::intrusive_ptr<FiberLoop> loop;
  std::thread thread;
};

FiberDispatcher::FiberDispatcher(Options options) : options_(std::move(options)) {}

FiberDispatcher::~FiberDispatcher() {
  stop();
}

void FiberDispatcher::start(std::uint8_t index, RunCell run) {
  thread_ = std::make_unique<Thread>();
  thread_->loop = new FiberLoop(index, std::move(run), options_.stack_bytes);
  if (!options_.starts_late) start_thread();
}

void FiberDispatcher::start_thread() {
  thread_->thread = std::thread([loop = thread_->loop] {
    shorten_time_slice(Offspring::starts_over);
    boost::fibers::context::active()->get_scheduler()->set_algo(loop);
    loop->work();
  });
  pthread_setname_np(thread_->thread.native_handle(), options_.name.substr(0, 15).c_str());
}

void FiberDispatcher::stop() {
  if (!thread_) return;
  std::call_once(started_, [] {});  // A thread that has not started does not start any more.
  if (!thread_->thread.joinable()) return;
  thread_->loop->stop();
  thread_->thread.join();
}

void FiberDispatcher::ready(Cell& cell) {
  if (options_.starts_late) std::call_once(started_, [this] { start_thread(); });
  thread_->loop->ready(cell);
}

void FiberDispatcher::answer(Envelope::Ptr answer) {
  thread_->loop->answer(std::move(answer));
}

CorrelationId FiberDispatcher::open(Await& await) {
  return thread_->loop->open(await);
}

void FiberDispatcher::wait(Await& await, CorrelationId id, Instant deadline) {
  thread_->loop->wait(await, id, deadline);
}

std::size_t FiberDispatcher::abandoned() const {
  return thread_->loop->abandoned();
}

}  // namespace troupe::runtime
