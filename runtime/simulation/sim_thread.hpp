#pragma once

#include <functional>
#include <memory>

#include "runtime/core/clock.hpp"

namespace troupe::runtime::simulation {

/// A plain thread of a simulated process: code that may block, on a stack of its own, run by the
/// simulation's thread. Where it would block it waits here, and the world goes on.
class SimThread final {
 public:
  explicit SimThread(std::function<void()> code);
  /// Unwinds the code where it waits, if it is not over.
  ~SimThread();
  SimThread(const SimThread&) = delete;
  SimThread& operator=(const SimThread&) = delete;

  [[nodiscard]] bool is_over() const;
  /// Whether this thread is the one that runs.
  [[nodiscard]] bool is_current() const;
  /// Whether it would go on.
  [[nodiscard]] bool is_due(Instant now) const;
  /// When it goes on whatever happens.
  [[nodiscard]] Instant due_at() const;
  /// Lets it run until it waits or is over. What the code throws comes out here.
  void run();

  /// Called by the code: waits until `done()` or until then.
  void wait(const std::function<bool()>& done, Instant until);

 private:
  struct Stack;
  std::unique_ptr<Stack> stack_;
};

}  // namespace troupe::runtime::simulation
