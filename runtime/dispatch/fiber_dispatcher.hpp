#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "runtime/dispatch/dispatcher.hpp"

namespace troupe::runtime {

/// A dispatcher thread of a real process, on Boost.Fiber under our own algorithm (FiberLoop). It
/// sleeps on a futex while it has nothing to do. Deadlines are those of std::chrono::steady_clock,
/// with which SystemClock agrees.
class FiberDispatcher final : public Dispatcher {
 public:
  /// Of a handler's stack. Only the pages that were touched take memory.
  static constexpr std::size_t stack_bytes = std::size_t{256} * 1024;

  /// `name` is what ps and debuggers show of the thread; the kernel keeps its first 15 bytes.
  explicit FiberDispatcher(std::string name = "troupe-actors");
  ~FiberDispatcher() override;
  FiberDispatcher(const FiberDispatcher&) = delete;
  FiberDispatcher& operator=(const FiberDispatcher&) = delete;

  void start(std::uint8_t home, RunCell run) override;
  void stop() override;
  void ready(Cell& cell) override;
  void answer(Envelope::Ptr answer) override;
  [[nodiscard]] CorrelationId open(Await& await) override;
  void wait(Await& await, CorrelationId id, Instant deadline) override;

  /// After stop(): handlers that blocked in a primitive of Boost.Fiber and had to be given up.
  [[nodiscard]] std::size_t given_up() const;

 private:
  struct Thread;

  std::string name_;
  std::unique_ptr<Thread> thread_;
};

}  // namespace troupe::runtime
