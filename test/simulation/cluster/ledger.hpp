#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actors/study/inputs.hpp"
#include "actors/study/replay.hpp"
#include "actors/study_file/study_spec.hpp"
#include "actors/trial/report_parser.hpp"
#include "runtime/core/clock.hpp"

namespace troupe::actors::cluster {

/// The number of a trial and of its attempt.
using AttemptKey = std::pair<TrialId, std::uint32_t>;

/// A row of the journal, with its input and events before their encoding.
struct Entry {
  Row row;
  Input input;
  std::vector<StudyEvent> events;
};

/// The record of a simulated study outside of its processes: durable rows, running programs,
/// reports and published events. Checks the invariants of the study, and keeps the first violation.
class Ledger {
 public:
  /// `grace`: the time of a program between the end of the lease of its node and SIGKILL.
  Ledger(const StudySpec& spec, std::uint64_t seed, Duration grace);

  // Events. `now` is the time of the world.

  /// A row is durable.
  void durable(const Entry& entry, Instant now);
  void program_begins(AttemptKey attempt, const std::string& host);
  void program_is_gone(AttemptKey attempt);
  /// A Trial actor sends a report to its study.
  void reported(AttemptKey attempt, const Report& report);
  /// A subscriber has received an event of row `index`.
  void published(std::uint64_t index);
  /// Whether the head runs and is not frozen, so that it must fill free slots.
  void set_head_ready(bool able, Instant now);
  /// Whether a host is frozen. Its programs run on, and end within one grace after the host thaws
  /// and finds that its lease has expired. Only until then may the program of a lost attempt run
  /// beside that of the next attempt.
  void set_host_frozen(const std::string& host, bool frozen, Instant now);
  /// Checks the invariants that depend on time. Called after each event.
  void check_after_event(Instant now);

  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  [[nodiscard]] bool finished() const { return replay_.core().finished().has_value(); }
  [[nodiscard]] const StudyCore& core() const { return replay_.core(); }
  [[nodiscard]] std::uint64_t programs() const { return programs_; }
  [[nodiscard]] std::uint64_t overlaps() const { return overlaps_seen_; }
  /// Number of attempts that failed, or were lost, after the start of their program.
  [[nodiscard]] std::uint64_t interrupted() const { return interrupted_; }
  /// The latest attempt of a trial whose start is durable; 0 if there is none.
  [[nodiscard]] std::uint32_t attempt_of(TrialId trial) const;

  /// The first violation of an invariant; empty if there is none.
  [[nodiscard]] const std::string& violation() const { return violation_; }
  void violate(const std::string& why) {
    if (violation_.empty()) violation_ = why;
  }

 private:
  struct Running {
    std::string host;
  };
  struct Overlap {
    AttemptKey older;
    AttemptKey newer;
    std::string host;  ///< Of the older attempt.
  };
  void check_report(const Reported& reported);
  void check_end(const AttemptEnded& ended);
  void check_loss(const std::string& node);
  void check_resumed(const StudyResumed& resumed);

  const Duration grace_;
  std::map<std::string, Instant> overlap_allowed_until_;  ///< For hosts that are or were frozen.
  Replay replay_;
  std::string violation_;
  std::uint64_t rows_ = 0;
  std::set<AttemptKey> launched_;  ///< Attempts whose start is durable.
  std::map<TrialId, std::uint32_t> newest_;
  std::map<AttemptKey, Running> running_;
  std::set<AttemptKey> ever_ran_;
  std::map<AttemptKey, std::vector<std::pair<Resource, double>>> reported_;
  std::map<AttemptKey, std::size_t> journaled_;  ///< Number of reports in the journal.
  std::vector<Overlap> overlaps_;
  std::uint64_t overlaps_seen_ = 0;
  std::uint64_t interrupted_ = 0;
  std::uint64_t programs_ = 0;
  bool head_ready_ = false;
  std::optional<Instant> slot_free_since_;
  Instant slots_checked_at_;
};

}  // namespace troupe::actors::cluster
