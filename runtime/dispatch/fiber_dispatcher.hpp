#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "runtime/dispatch/dispatcher.hpp"

namespace troupe::runtime {

/// A dispatcher thread of a real process, on Boost.Fiber with a scheduling algorithm of our own
/// (FiberLoop). It sleeps on a futex while no actor is ready. Deadlines are points of
/// std::chrono::steady_clock, as those of SystemClock.
class FiberDispatcher final : public Dispatcher {
 public:
  /// Size of a handler's stack. Only pages that were touched take memory.
  static constexpr std::size_t stack_bytes = std::size_t{256} * 1024;

  struct Options {
    std::string name = "troupe-actors";  ///< In ps and debuggers; the kernel keeps 15 bytes of it.
    std::size_t stack_bytes = FiberDispatcher::stack_bytes;  ///< Of each handler.
    bool starts_late = false;  ///< The thread starts when the first actor is ready.
  };

  explicit FiberDispatcher(Options options);
  ~FiberDispatcher() override;
  FiberDispatcher(const FiberDispatcher&) = delete;
  FiberDispatcher& operator=(const FiberDispatcher&) = delete;

  void start(std::uint8_t index, RunCell run) override;
  void stop() override;
  void ready(Cell& cell) override;
  void answer(Envelope::Ptr answer) override;
  [[nodiscard]] CorrelationId open(Await& await) override;
  void wait(Await& await, CorrelationId id, Instant deadline) override;

  /// After stop(): number of handlers that were abandoned because they blocked in a primitive of
  /// Boost.Fiber.
  [[nodiscard]] std::size_t abandoned() const;

 private:
  struct Thread;

  void start_thread();

  Options options_;
  std::unique_ptr<Thread> thread_;
  std::once_flag started_;
};

}  // namespace troupe::runtime
