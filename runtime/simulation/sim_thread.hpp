#pragma once

#include <functional>
#include <memory>

#include "runtime/core/clock.hpp"

namespace troupe::runtime::simulation {

/// A plain thread of a simulated process: code on a stack of its own, which the thread of the
/// simulation runs. Where the code would block it calls `wait`, and the simulation continues.
class SimThread final {
 public:
  explicit SimThread(std::function<void()> code);
  /// Unwinds the stack of code that has not ended.
  ~SimThread();
  SimThread(const SimThread&) = delete;
  SimThread& operator=(const SimThread&) = delete;

  [[nodiscard]] bool is_over() const;
  /// Whether the caller runs on this thread.
  [[nodiscard]] bool is_current() const;
  /// Whether the code would continue at `now`.
  [[nodiscard]] bool is_due(Instant now) const;
  /// The end of its present wait.
  [[nodiscard]] Instant due_at() const;
  /// Runs the code until it waits or ends. Rethrows what it throws.
  void run();

  /// Called by the code: waits until `done()` or `until`.
  void wait(const std::function<bool()>& done, Instant until);

 private:
  struct Stack;
  std::unique_ptr<Stack> stack_;
};

}  // namespace troupe::runtime::simulation
