#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "runtime/core/reactor.hpp"
#include "runtime/dispatch/dispatcher.hpp"

namespace troupe::runtime {

/// Runs actors one message at a time, when told to, on the caller's thread: for tests and for the
/// simulation. The same steps give the same run. Deadlines are timers of `reactor`, which belongs
/// to the same thread.
class StepDispatcher final : public Dispatcher {
 public:
  /// Which of `count` ready actors goes next: 0 is the one that is ready longest.
  using Choose = std::function<std::size_t(std::size_t count)>;

  explicit StepDispatcher(Reactor& reactor, Choose choose = {});
  ~StepDispatcher() override;
  StepDispatcher(const StepDispatcher&) = delete;
  StepDispatcher& operator=(const StepDispatcher&) = delete;

  /// Lets one actor handle one message, or one suspended handler go on. False if none can.
  bool step();
  [[nodiscard]] bool is_quiet() const {
    return blocked_ != nullptr ? !unblocked_ : ready_.empty() && resumable_.empty();
  }
  /// The running handler holds up its thread until then, as one that waits for a disk does: no
  /// actor runs here meanwhile.
  void block(Instant until);
  /// Handlers that wait for an answer.
  [[nodiscard]] std::size_t suspended() const { return awaits_.size(); }

  void start(std::uint8_t home, RunCell run) override;
  void stop() override;
  void ready(Cell& cell) override;
  void answer(Envelope::Ptr answer) override;
  [[nodiscard]] CorrelationId open(Await& await) override;
  void wait(Await& await, CorrelationId id, Instant deadline) override;

 private:
  /// A stack on which handlers run, one after the other; kept for the next while none does.
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
  Strand* blocked_ = nullptr;  ///< In `block`.
  bool unblocked_ = false;     ///< It may go on.
  bool stopping_ = false;
};

}  // namespace troupe::runtime
