#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "runtime/core/field.hpp"

namespace troupe::schedulers {

/// Trials are numbered 0, 1, 2, ... in the order of their first start.
using TrialId = std::uint32_t;
/// Units of the resource (epochs, say) that a trial has used in all; 1 is the first report.
using Resource = std::int64_t;

// What happens: the scheduler's only input.

/// A worker is free. Answered by exactly one StartTrial, ResumeTrial, Wait, SlotSkipped or
/// NothingLeft, first; HurdleRaised may follow.
struct SlotOpened {
  enum class Offer { anything, promotions };  ///< `promotions`: no new trial may start.
  static constexpr std::string_view wire_name = "slot_opened";
  Offer offer = Offer::anything;
  static auto fields(auto& m) { return std::tuple{field("offer", m.offer)}; }
  friend bool operator==(const SlotOpened&, const SlotOpened&) = default;
};
constexpr std::array<std::string_view, 2> enum_names(SlotOpened::Offer) {
  return {"anything", "promotions"};
}

/// A trial reported its metric. Answered by exactly one ContinueTrial, PauseTrial, StopTrial or
/// ReportIgnored, first; HurdleRaised and RungUnlocked may follow.
struct TrialReported {
  static constexpr std::string_view wire_name = "trial_reported";
  TrialId trial = 0;
  Resource resource = 0;
  double metric = 0;  ///< In the units of the study file; not negated for mode max.
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("resource", m.resource),
                      field("metric", m.metric)};
  }
  friend bool operator==(const TrialReported&, const TrialReported&) = default;
};

/// The program of a trial ended by itself, successfully, before any decision to pause or stop it.
/// Answered by HurdleRaised and RungUnlocked at most.
struct TrialCompleted {
  static constexpr std::string_view wire_name = "trial_completed";
  TrialId trial = 0;
  static auto fields(auto& m) { return std::tuple{field("trial", m.trial)}; }
  friend bool operator==(const TrialCompleted&, const TrialCompleted&) = default;
};

/// A trial failed for good: it will not be retried. Its entries in rungs stay. Answered by
/// HurdleRaised at most.
struct TrialFailed {
  static constexpr std::string_view wire_name = "trial_failed";
  TrialId trial = 0;
  static auto fields(auto& m) { return std::tuple{field("trial", m.trial)}; }
  friend bool operator==(const TrialFailed&, const TrialFailed&) = default;
};

using Event = std::variant<SlotOpened, TrialReported, TrialCompleted, TrialFailed>;

// What to do about it, and what it meant: the scheduler's only output.

/// Start the next new trial (its id is the number of trials started so far).
struct StartTrial {
  static constexpr std::string_view wire_name = "start_trial";
  TrialId trial = 0;
  Resource until = 0;         ///< Milestone: the trial will be paused or stopped there, or go on.
  std::uint32_t bracket = 0;  ///< Which bracket it is in; 0 where there is but one.
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("until", m.until),
                      field("bracket", m.bracket)};
  }
  friend bool operator==(const StartTrial&, const StartTrial&) = default;
};

/// Let a paused trial go on: it was promoted.
struct ResumeTrial {
  static constexpr std::string_view wire_name = "resume_trial";
  TrialId trial = 0;
  Resource from = 0;  ///< Where it was paused.
  Resource until = 0;
  std::uint32_t bracket = 0;  ///< Which bracket's turn it was; 0 where there is but one.
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("from", m.from), field("until", m.until),
                      field("bracket", m.bracket)};
  }
  friend bool operator==(const ResumeTrial&, const ResumeTrial&) = default;
};

/// Nothing to start now; `reason` says what is waited for, for a person.
struct Wait {
  static constexpr std::string_view wire_name = "wait";
  std::string reason;
  static auto fields(auto& m) { return std::tuple{field("reason", m.reason)}; }
  friend bool operator==(const Wait&, const Wait&) = default;
};

/// A rung of a synchronous scheduler had a place for a new trial, and none may start: the place
/// counts as failed, so that the rung can be completed. The slot is to be offered again.
struct SlotSkipped {
  static constexpr std::string_view wire_name = "place_forgone";
  Resource resource = 0;  ///< Of the rung.
  std::uint32_t bracket = 0;
  static auto fields(auto& m) {
    return std::tuple{field("resource", m.resource), field("bracket", m.bracket)};
  }
  friend bool operator==(const SlotSkipped&, const SlotSkipped&) = default;
};

/// This scheduler will never start or resume anything again; trials that run reach their ends.
struct NothingLeft {
  static constexpr std::string_view wire_name = "nothing_left";
  std::string reason;  ///< For a person.
  static auto fields(auto& m) { return std::tuple{field("reason", m.reason)}; }
  friend bool operator==(const NothingLeft&, const NothingLeft&) = default;
};

struct ContinueTrial {
  static constexpr std::string_view wire_name = "continue_trial";
  TrialId trial = 0;
  Resource until = 0;  ///< The next milestone.
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("until", m.until)};
  }
  friend bool operator==(const ContinueTrial&, const ContinueTrial&) = default;
};

/// End the program; its checkpoint is kept, for it may be resumed.
struct PauseTrial {
  static constexpr std::string_view wire_name = "pause_trial";
  TrialId trial = 0;
  static auto fields(auto& m) { return std::tuple{field("trial", m.trial)}; }
  friend bool operator==(const PauseTrial&, const PauseTrial&) = default;
};

/// End the program for good.
struct StopTrial {
  static constexpr std::string_view wire_name = "stop_trial";
  enum class Reason { below_cutoff, below_hurdle, max_resource };
  TrialId trial = 0;
  Reason reason = Reason::below_cutoff;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("reason", m.reason)};
  }
  friend bool operator==(const StopTrial&, const StopTrial&) = default;
};
constexpr std::array<std::string_view, 3> enum_names(StopTrial::Reason) {
  return {"below_cutoff", "below_hurdle", "max_resource"};
}

/// The report changed nothing.
struct ReportIgnored {
  static constexpr std::string_view wire_name = "report_ignored";
  enum class Reason {
    not_running,  ///< The trial is paused, stopped, completed, failed or unknown.
    duplicate,    ///< This resource was reported before, and the first value stands.
  };
  TrialId trial = 0;
  Reason reason = Reason::not_running;
  double first = 0;  ///< duplicate: the value that stands.
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("reason", m.reason), field("first", m.first)};
  }
  friend bool operator==(const ReportIgnored&, const ReportIgnored&) = default;
};
constexpr std::array<std::string_view, 2> enum_names(ReportIgnored::Reason) {
  return {"not_running", "duplicate"};
}

/// The progressive ceiling grew: trials may now go as far as `resource`.
struct RungUnlocked {
  static constexpr std::string_view wire_name = "rung_unlocked";
  Resource resource = 0;
  double epsilon = 0;  ///< Used by the check that failed; in units of the metric.
  TrialId cause = 0;   ///< The trial whose report made the ranking of the top two rungs disagree.
  bool epsilon_capped = false;  ///< Epsilon compares but the best 2,000 trials of the lower rung.
  static auto fields(auto& m) {
    return std::tuple{field("resource", m.resource), field("epsilon", m.epsilon),
                      field("cause", m.cause), field("epsilon_capped", m.epsilon_capped)};
  }
  friend bool operator==(const RungUnlocked&, const RungUnlocked&) = default;
};

/// RUSH: from now on, other trials must be at least as good as this to go on from `resource`.
struct HurdleRaised {
  static constexpr std::string_view wire_name = "hurdle_raised";
  TrialId trial = 0;      ///< The incumbent that set it.
  Resource resource = 0;  ///< The rung.
  double metric = 0;      ///< In the units of the study file.
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("resource", m.resource),
                      field("metric", m.metric)};
  }
  friend bool operator==(const HurdleRaised&, const HurdleRaised&) = default;
};

using Decision =
    std::variant<StartTrial, ResumeTrial, Wait, SlotSkipped, NothingLeft, ContinueTrial, PauseTrial,
                 StopTrial, ReportIgnored, RungUnlocked, HurdleRaised>;

}  // namespace troupe::schedulers
