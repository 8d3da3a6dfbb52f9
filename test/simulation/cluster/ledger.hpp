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

/// An attempt of a trial.
using AttemptKey = std::pair<TrialId, std::uint32_t>;

/// A row that a study wants to keep, as it came.
struct Entry {
  Row row;
  Input input;
  std::vector<StudyEvent> events;
};

/// Sees all of a simulated study from outside, where no process can lie to it: what is durable,
/// which programs run, what was told to whom. Finds what must never be.
class Ledger {
 public:
  /// `grace`: what a program has from the end of its node's lease.
  Ledger(const StudySpec& spec, std::uint64_t seed, Duration grace);

  // What happens. `now` is the world's time.

  /// The disk has the row, whatever becomes of its head.
  void durable(const Entry& entry, Instant now);
  void program_begins(AttemptKey attempt, const std::string& host);
  void program_is_gone(AttemptKey attempt);
  /// A Trial actor tells its study.
  void told(AttemptKey attempt, const Report& report);
  /// A subscriber got an event of this row.
  void published(std::uint64_t index);
  /// The head runs, and nothing holds it up; or it does not.
  void head_is(bool able, Instant now);
  /// A host stands still; or it does not. Its reaper and the programs go on meanwhile: they are
  /// ended when the host finds that its lease is over, in one grace. Until then, and at no other
  /// time, may the program of an attempt that was given up run beside the next attempt's.
  void host_is(const std::string& host, bool frozen, Instant now);
  /// After each event.
  void look(Instant now);

  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  [[nodiscard]] bool finished() const { return replay_.core().finished().has_value(); }
  [[nodiscard]] const StudyCore& core() const { return replay_.core(); }
  [[nodiscard]] std::uint64_t programs() const { return programs_; }
  [[nodiscard]] std::uint64_t overlaps() const { return overlaps_seen_; }
  /// Attempts that failed, or were lost, after their program had begun.
  [[nodiscard]] std::uint64_t broken_off() const { return broken_off_; }
  /// The newest attempt of a trial whose start is durable.
  [[nodiscard]] std::uint32_t attempt_of(TrialId trial) const;

  /// The first thing that must not be, and was; empty if all is well.
  [[nodiscard]] const std::string& broken() const { return broken_; }
  void break_because(const std::string& why) {
    if (broken_.empty()) broken_ = why;
  }

 private:
  struct Running {
    std::string host;
  };
  struct Overlap {
    AttemptKey older;
    AttemptKey newer;
    std::string host;  ///< Of the older.
  };
  void check_report(const Reported& reported);
  void check_end(const AttemptEnded& ended);
  void check_loss(const std::string& node);
  void check_resumed(const StudyResumed& resumed);

  const Duration grace_;
  std::map<std::string, Instant> excused_until_;  ///< Hosts that stood still, or do.
  Replay replay_;
  std::string broken_;
  std::uint64_t rows_ = 0;
  std::set<AttemptKey> launched_;  ///< Their start is durable.
  std::map<TrialId, std::uint32_t> newest_;
  std::map<AttemptKey, Running> running_;
  std::set<AttemptKey> ever_ran_;
  std::map<AttemptKey, std::vector<std::pair<Resource, double>>> told_;
  std::map<AttemptKey, std::size_t> journaled_;  ///< How many of `told_`.
  std::vector<Overlap> overlaps_;
  std::uint64_t overlaps_seen_ = 0;
  std::uint64_t broken_off_ = 0;
  std::uint64_t programs_ = 0;
  bool able_ = false;
  std::optional<Instant> slot_waits_since_;
  Instant looked_;
};

}  // namespace troupe::actors::cluster
