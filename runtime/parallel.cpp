// Protocol: `next_` gives each number to one thread. `mutex_` guards `done_`, `running_` and
// `failure_`, which the caller reads; `changed_` wakes the caller. `run` joins the threads.

#include "runtime/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace troupe::runtime {
namespace {

constexpr auto progress_interval = std::chrono::milliseconds(100);

class Workers {
 public:
  Workers(std::size_t count, const std::function<void(std::size_t)>& work)
      : count_(count), work_(work) {}

  void run(std::size_t threads, const std::function<void(std::size_t)>& progress) {
    running_ = threads;
    std::vector<std::jthread> workers;
    for (std::size_t i = 0; i < threads; ++i) workers.emplace_back([this] { work_loop(); });
    std::unique_lock lock(mutex_);
    while (running_ > 0) {
      changed_.wait_for(lock, progress_interval, [this] { return running_ == 0; });
      const std::size_t done = done_;
      lock.unlock();
      progress(done);
      lock.lock();
    }
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void work_loop() noexcept {
    for (;;) {
      const std::size_t number = next_.fetch_add(1);
      if (number >= count_) break;
      try {
        work_(number);
      } catch (...) {
        next_ = count_;
        const std::lock_guard lock(mutex_);
        if (!failure_) failure_ = std::current_exception();
      }
      const std::lock_guard lock(mutex_);
      ++done_;
    }
    const std::lock_guard lock(mutex_);
    --running_;
    changed_.notify_one();
  }

  const std::size_t count_;
  const std::function<void(std::size_t)>& work_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t done_ = 0;
  std::size_t running_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

void for_each_parallel(std::size_t count, std::size_t threads,
                       const std::function<void(std::size_t)>& work,
                       const std::function<void(std::size_t done)>& progress) {
  threads = std::min(threads, count);
  if (threads > 1) {
    Workers(count, work).run(threads, progress);
    return;
  }
  for (std::size_t number = 0; number < count; ++number) {
    work(number);
    progress(number + 1);
  }
}

}  // namespace troupe::runtime
