#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "runtime/core/reactor.hpp"
#include "runtime/dispatch/dispatcher.hpp"

namespace troupe::runtime {

/// Runs actors one message at a time on the caller's thread, for tests and simulations. The same
/// steps give the same run. Deadlines are timers of `reactor`, which belongs to the same thread.
class StepDispatcher final : public Dispatcher {
 public:
  /// Chooses which of `count` ready actors runs next; 0 is the one that has been ready longest.
  using Choose = std::function<std::size_t(std::size_t count)>;

  explicit StepDispatcher(Reactor& reactor, Choose choose = {});
  ~StepDispatcher() override;
  StepDispatcher(const StepDispatcher&) = delete;
  StepDispatcher& operator=(const StepDispatcher&) = delete;

  /// Lets one actor handle one message, or one suspended handler continue. False if there is none.
  bool step();
  [[nodiscard]] bool is_quiet() const {
    return blocked_ != nullptr ? !unblocked_ : ready_.empty() && resumable_.empty();
  }
  /// In a handler: blocks the dispatcher until `until`, as a wait for a disk would. No other actor
  /// runs on it meanwhile.
  void block(Instant until);
  /// Number of handlers that wait for an answer.
  [[nodiscard]] std::size_t suspended() const { return awaits_.size(); }

  void start(std::uint8_t index, RunCell run) override;
  void stop() override;
  void ready(Cell& cell) override;
  void answer(Envelope::Ptr answer) override;
  [[nodiscard]] CorrelationId open(Await& await) override;
  void wait(Await& await, CorrelationId id, Instant deadline) override;

 private:
  /// A stack on which handlers run, one after the other. Unused strands are kept.
  struct Strand;

  void enter(Strand& strand);
  void leave(Strand& strand);
  void work(Strand& strand);
  [[nodiscard]] Strand& spare_strand();
  void resume_later(Await& await, Await::Outcome outcome);

  Reactor& reactor_;
  Choose choose_;
  Awaits awaits_{0};
  RunCell run_;
  std::deque<Cell*> ready_;
  std::deque<Await*> resumable_;
  std::vector<std::unique_ptr<Strand>> strands_;
  std::vector<Strand*> spare_;
  Strand* current_ = nullptr;
  Strand* blocked_ = nullptr;  ///< The strand that is in `block`.
  bool unblocked_ = false;     ///< The time of `block` is over.
  bool stopping_ = false;
};

}  // namespace troupe::runtime
