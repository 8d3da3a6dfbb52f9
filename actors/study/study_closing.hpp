#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actors/events.hpp"

namespace troupe::actors {

/// How far a study is on the way to its end: what may still start, and why. It only advances,
/// unless a limit is raised; an interruption is separate, and ends when the study is resumed.
class StudyClosing {
 public:
  /// What may still start, from everything to nothing.
  enum class Phase { open, promotions_only, restarts_only, stopped };

  /// Whether the cause of an end can be taken back by a change of the settings.
  enum class Cause {
    limit,    ///< A limit was reached: the study goes on if it is raised.
    started,  ///< The same for the number of trials that may start.
    final,
  };

  /// Advances to `phase`. True if it did; false if the study was there already, or further.
  /// `outcome` and `reason` are those of StudyFinished later on.
  bool advance(Phase phase, StudyFinished::Outcome outcome, const std::string& reason, Cause cause);
  /// Whether the study closes, or has ended, because of a limit.
  [[nodiscard]] bool closed_by_limit() const {
    return phase_ != Phase::open && cause_ != Cause::final;
  }
  /// Whether that limit is the number of trials that may start.
  [[nodiscard]] bool closed_by_starts() const {
    return closed_by_limit() && cause_ == Cause::started;
  }
  /// Takes back the end of a study that was closed by a limit: everything may start.
  void reopen();
  /// Lets nothing start until `resume`; once nothing runs the study ends, to be continued.
  void interrupt(StudyFinished::Outcome outcome, const std::string& reason);
  /// Takes an interruption back.
  void resume();

  /// What else of the study decides whether it is over.
  struct Activity {
    std::uint64_t running = 0;           ///< Trials with a process.
    bool restarts_waiting = false;       ///< Whether a trial waits to be started again.
    std::string_view scheduler_waits{};  ///< Why the scheduler starts nothing; empty if it may.
    std::uint64_t started = 0;           ///< Trials that were ever started.
    std::uint64_t failed = 0;            ///< Those of them that failed.
  };
  /// Ends the study if it is over. True if it has ended now. A study that would finish fails if all
  /// of its trials failed: it has no result.
  bool finish_if_over(std::uint64_t index, const Activity& activity);

  [[nodiscard]] Phase phase() const { return phase_; }
  [[nodiscard]] bool interrupted() const { return interrupted_; }
  /// Whether a stop or an interruption lets nothing start, not even a restart.
  [[nodiscard]] bool starts_nothing() const {
    return finished_ || interrupted_ || phase_ == Phase::stopped;
  }
  [[nodiscard]] const std::optional<StudyFinished>& finished() const { return finished_; }

 private:
  [[nodiscard]] std::optional<StudyFinished> end_of(std::uint64_t index,
                                                    const Activity& activity) const;

  Phase phase_ = Phase::open;
  Cause cause_ = Cause::limit;
  StudyFinished::Outcome outcome_ = StudyFinished::Outcome::finished;
  std::string reason_;
  bool interrupted_ = false;
  StudyFinished interruption_;  ///< How the study ends, without its row.
  std::optional<StudyFinished> finished_;
};

}  // namespace troupe::actors
