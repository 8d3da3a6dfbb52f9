#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actors/events.hpp"
#include "actors/journal/journal.hpp"
#include "runtime/core/result.hpp"

namespace troupe::actors {

/// One process of a trial. Times are microseconds since 1970-01-01 UTC.
struct AttemptView {
  std::uint32_t number = 1;
  Resource from = 0;
  Resource until = 0;
  std::string node;
  std::int64_t started_us = 0;
  std::optional<std::int64_t> ended_us;  ///< None while it runs.
  std::string end;                       ///< "paused at 3", "failed: exit code 3", ...
  std::string stderr_tail;               ///< Of a failed one: its last lines.
};

/// A report that counted.
struct ReportView {
  std::int64_t time_us = 0;
  Resource resource = 0;
  double metric = 0;
  TrialReported::Decision decision = TrialReported::Decision::proceed;
};

struct TrialView {
  TrialId id = 0;
  TrialState state = TrialState::pending;
  Config config;
  std::vector<AttemptView> attempts;
  std::vector<ReportView> reports;  ///< In the order of arrival.
  std::uint64_t warnings = 0;

  /// The report at the highest resource; null without reports.
  [[nodiscard]] const ReportView* last_report() const;
  [[nodiscard]] std::int64_t started_us() const { return attempts.front().started_us; }
  /// None while it runs or waits to.
  [[nodiscard]] std::optional<std::int64_t> ended_us() const;
};

/// What a journal says of a study, for people and files: built of the events of its rows.
class StudyView {
 public:
  /// The study as its whole journal has it.
  static Result<StudyView> of(JournalReader& reader);

  Result<void> take(const Row& row);
  void take(std::int64_t time_us, const std::vector<StudyEvent>& events);

  [[nodiscard]] const std::map<TrialId, TrialView>& trials() const { return trials_; }
  /// As the study decided: ALGORITHMS A2.11, the best metric at the highest resource that at least
  /// two trials reported.
  [[nodiscard]] const std::optional<IncumbentChanged>& best() const { return best_; }
  [[nodiscard]] const std::optional<StudyFinished>& finished() const { return finished_; }

 private:
  void on(const TrialStarted& event);
  void on(const TrialReported& event);
  void on(const TrialPaused& event);
  void on(const TrialPromoted& event);
  void on(const TrialStopped& event);
  void on(const TrialFailed& event);
  void on(const TrialCompleted& event);
  void on(const TrialWarned& event);
  void on(const RungUnlocked&) {}
  void on(const HurdleRaised&) {}
  void on(const IncumbentChanged& event);
  void on(const StudyFinished& event);

  void start(TrialView& trial, AttemptView attempt);
  void end(TrialId trial, TrialState state, std::string how);

  std::map<TrialId, TrialView> trials_;
  std::optional<IncumbentChanged> best_;
  std::optional<StudyFinished> finished_;
  std::int64_t now_us_ = 0;  ///< Of the row that is being taken.
};

/// The events of a row.
Result<std::vector<StudyEvent>> events_of(const Row& row);

}  // namespace troupe::actors
