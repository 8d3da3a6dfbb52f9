#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actors/study/protocol.hpp"
#include "actors/study/study_core.hpp"
#include "actors/study/study_row.hpp"
#include "runtime/core/clock.hpp"

namespace troupe::actors {

/// A row that was applied and is not durable yet, and what it causes once it is.
struct PendingRow {
  StudyRow row;
  std::vector<Command> commands;
  /// The attempt that ended with this row, and its node.
  struct End {
    std::string node;
    RetainedAttempt attempt;
  };
  std::optional<End> end;
};

/// Rows of a study that wait to be committed together, and when they are. A row that starts a trial
/// is committed as soon as the study's mailbox has run dry, any other row at most
/// `Options::wait_max` after it came. Pure: the study sends the messages that it asks for.
class CommitBatch {
 public:
  struct Options {
    /// How long a row that starts no trial may wait for others, to share their commit.
    Duration wait_max = std::chrono::milliseconds(10);
    /// How long a commit waits for a suggestion that starts one more trial. A searcher in the
    /// study's process answers in microseconds.
    Duration suggestion_wait_max = std::chrono::milliseconds(1);
  };

  /// What the study has to do for the batch.
  struct Step {
    enum class Kind {
      none,
      send_commit,     ///< Sends itself Commit, which arrives behind what is in its mailbox.
      send_set_timer,  ///< Sends itself SetCommitTimer, likewise.
      start_timer,     ///< Starts a timer of `delay` that ends with CommitTimeout.
      commit,          ///< Commits now.
    };
    Kind kind = Kind::none;
    Duration delay{};
    friend bool operator==(const Step&, const Step&) = default;
  };

  explicit CommitBatch(Options options) : options_(options) {}

  /// Adds a row. `last`: the study has finished with it.
  [[nodiscard]] Step add(PendingRow row, bool last, Instant now);
  /// Commit has arrived. `suggestion_due`: a suggestion is on its way that would fill a slot.
  [[nodiscard]] Step on_commit(bool suggestion_due, Instant now);
  /// SetCommitTimer has arrived.
  [[nodiscard]] Step on_set_timer(Instant now);
  /// CommitTimeout has arrived.
  [[nodiscard]] Step on_timeout(Instant now);

  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// Hands over the rows, in order; the batch is empty then.
  [[nodiscard]] std::vector<PendingRow> take();

  /// Remembers a request until every row that was added before it is durable.
  void wait_until_durable(NotifyWhenDurable request) { waiting_.push_back(request); }
  /// Hands over the requests; none while the batch has rows.
  [[nodiscard]] std::vector<NotifyWhenDurable> take_durable_requests();

 private:
  [[nodiscard]] Step commit_by(Instant when);

  Options options_;
  std::vector<PendingRow> rows_;
  std::vector<NotifyWhenDurable> waiting_;
  bool commit_sent_ = false;              ///< A Commit is in the mailbox.
  bool set_timer_sent_ = false;           ///< A SetCommitTimer is in the mailbox.
  Instant commit_by_ = Instant::never();  ///< When the rows are committed at the latest.
  Instant timer_at_ = Instant::never();   ///< When the timer that runs ends.
  Instant suggestion_awaited_since_ = Instant::never();  ///< The first Commit that was put off.
};

}  // namespace troupe::actors
