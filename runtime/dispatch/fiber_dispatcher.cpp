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

FiberDispatcher::FiberDispatcher(std::string name) : name_(std::move(name)) {}

FiberDispatcher::~FiberDispatcher() {
  stop();
}

void FiberDispatcher::start(std::uint8_t index, RunCell run) {
  thread_ = std::make_unique<Thread>();
  thread_->loop = new FiberLoop(index, std::move(run), stack_bytes);
  thread_->thread = std::thread([loop = thread_->loop] {
    shorten_time_slice(Offspring::starts_over);
    boost::fibers::context::active()->get_scheduler()->set_algo(loop);
    loop->work();
  });
  pthread_setname_np(thread_->thread.native_handle(), name_.substr(0, 15).c_str());
}

void FiberDispatcher::stop() {
  if (!thread_ || !thread_->thread.joinable()) return;
  thread_->loop->stop();
  thread_->thread.join();
}

void FiberDispatcher::ready(Cell& cell) {
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
