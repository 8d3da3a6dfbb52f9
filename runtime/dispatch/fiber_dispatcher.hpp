#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "runtime/dispatch/dispatcher.hpp"

namespace troupe::runtime {

/// A dispatcher thread of a real process, on Boost.Fiber with a scheduling algorithm of our own
/// (FiberLoop). It sleeps on a futex while no actor is ready. Deadlines are points of
/// std::chrono::steady_clock, as those of SystemClock.
class FiberDispatcher final : public Dispatcher {
 public:
  /// Size of a handler's stack. Only pages that were touched take memory.
  static constexpr std::size_t stack_bytes = std::size_t{256} * 1024;

  /// `name`: the thread's name in ps and debuggers; the kernel keeps its first 15 bytes.
  explicit FiberDispatcher(std::string name = "troupe-actors");
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

  std::string name_;
  std::unique_ptr<Thread> thread_;
};

}  // namespace troupe::runtime
