#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "runtime/core/field.hpp"

namespace troupe::schedulers {

/// Trials are numbered 0, 1, 2, ... in the order of their first start.
using TrialId = std::uint32_t;
/// An amount of training that a trial has used in all, in units of the study file (epochs, for
/// example). Reports are at 1 or higher.
using Resource = std::int64_t;

// Events: the only input of a scheduler.

/// A worker is free. The first decision is StartTrial, ResumeTrial, Wait, SlotSkipped or
/// NothingLeft; HurdleRaised may follow.
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

/// A trial reported its metric. The first decision is ContinueTrial, PauseTrial, StopTrial or
/// ReportIgnored; HurdleRaised and RungUnlocked may follow.
struct ReportReceived {
  static constexpr std::string_view wire_name = "scheduler.ReportReceived";
  TrialId trial = 0;
  Resource resource = 0;
  double metric = 0;  ///< As the program reported it, not a loss.
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("resource", m.resource),
                      field("metric", m.metric)};
  }
  friend bool operator==(const ReportReceived&, const ReportReceived&) = default;
};

/// The program of a running trial exited with success before any decision to pause or stop it.
/// The only possible decisions are HurdleRaised and RungUnlocked.
struct TrialCompleted {
  static constexpr std::string_view wire_name = "scheduler.TrialCompleted";
  TrialId trial = 0;
  static auto fields(auto& m) { return std::tuple{field("trial", m.trial)}; }
  friend bool operator==(const TrialCompleted&, const TrialCompleted&) = default;
};

/// What the last metric of a trial that completed below its milestone counts for (README 10, item
/// 4).
enum class EarlyExit {
  hold,  ///< It enters every rung up to the maximum resource.
  drop,  ///< It enters no rung.
};
constexpr std::array<std::string_view, 2> enum_names(EarlyExit) {
  return {"hold", "drop"};
}

/// A trial failed and will not be retried. Its entries stay in their rungs. The only possible
/// decision is HurdleRaised.
struct TrialFailed {
  static constexpr std::string_view wire_name = "scheduler.TrialFailed";
  TrialId trial = 0;
  static auto fields(auto& m) { return std::tuple{field("trial", m.trial)}; }
  friend bool operator==(const TrialFailed&, const TrialFailed&) = default;
};

using Event = std::variant<SlotOpened, ReportReceived, TrialCompleted, TrialFailed>;

// Decisions: the only output of a scheduler. Two of them are equal if they order the same: what
// they are based on does not count.

/// What a decision in a rung is based on. Recorded for people; nothing depends on it.
struct Judgement {
  static constexpr std::string_view wire_name = "scheduler.Judgement";
  Resource rung = 0;                ///< Level of the rung.
  std::uint64_t entries = 0;        ///< Trials in the rung at that time.
  std::optional<double> cutoff{};   ///< The worst metric that passes; none: nothing was compared.
  std::optional<double> epsilon{};  ///< Under a progressive ceiling, in units of the metric.
  static auto fields(auto& m) {
    return std::tuple{field("rung", m.rung), field("entries", m.entries), field("cutoff", m.cutoff),
                      field("epsilon", m.epsilon)};
  }
  friend bool operator==(const Judgement&, const Judgement&) = default;
};

/// Starts a new trial; its id is the number of trials started before.
struct StartTrial {
  static constexpr std::string_view wire_name = "scheduler.StartTrial";
  static constexpr std::string_view former_wire_name = "start_trial";
  TrialId trial = 0;
  Resource until = 0;         ///< The first milestone: the trial is judged there.
  std::uint32_t bracket = 0;  ///< The bracket of the trial; 0 for schedulers without brackets.
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("until", m.until),
                      field("bracket", m.bracket)};
  }
  friend bool operator==(const StartTrial&, const StartTrial&) = default;
};

/// Resumes a paused trial, which was promoted.
struct ResumeTrial {
  static constexpr std::string_view wire_name = "scheduler.ResumeTrial";
  static constexpr std::string_view former_wire_name = "resume_trial";
  TrialId trial = 0;
  Resource from = 0;          ///< The highest resource that the trial reported.
  Resource until = 0;         ///< The next milestone.
  std::uint32_t bracket = 0;  ///< The bracket that was drawn; 0 for schedulers without brackets.
  std::optional<Judgement> judgement{};
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("from", m.from), field("until", m.until),
                      field("bracket", m.bracket), field("judgement", m.judgement)};
  }
  friend bool operator==(const ResumeTrial& a, const ResumeTrial& b) {
    return a.trial == b.trial && a.from == b.from && a.until == b.until && a.bracket == b.bracket;
  }
};

/// Nothing can start or resume now.
struct Wait {
  static constexpr std::string_view wire_name = "scheduler.Wait";
  static constexpr std::string_view former_wire_name = "wait";
  std::string reason;  ///< What the scheduler waits for; shown to users.
  static auto fields(auto& m) { return std::tuple{field("reason", m.reason)}; }
  friend bool operator==(const Wait&, const Wait&) = default;
};

/// A rung of a synchronous scheduler has a place for a new trial, but no new trial may start. The
/// place counts as failed, so that the rung can be completed. The caller offers the slot again.
struct SlotSkipped {
  static constexpr std::string_view wire_name = "scheduler.SlotSkipped";
  static constexpr std::string_view former_wire_name = "place_forgone";
  Resource resource = 0;  ///< The level of the rung.
  std::uint32_t bracket = 0;
  static auto fields(auto& m) {
    return std::tuple{field("resource", m.resource), field("bracket", m.bracket)};
  }
  friend bool operator==(const SlotSkipped&, const SlotSkipped&) = default;
};

/// The scheduler will not start or resume any trial again. Running trials continue.
struct NothingLeft {
  static constexpr std::string_view wire_name = "scheduler.NothingLeft";
  static constexpr std::string_view former_wire_name = "nothing_left";
  std::string reason;  ///< Shown to users.
  static auto fields(auto& m) { return std::tuple{field("reason", m.reason)}; }
  friend bool operator==(const NothingLeft&, const NothingLeft&) = default;
};

/// The trial continues without a pause.
struct ContinueTrial {
  static constexpr std::string_view wire_name = "scheduler.ContinueTrial";
  static constexpr std::string_view former_wire_name = "continue_trial";
  TrialId trial = 0;
  Resource until = 0;  ///< The next milestone.
  std::optional<Judgement> judgement{};
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("until", m.until),
                      field("judgement", m.judgement)};
  }
  friend bool operator==(const ContinueTrial& a, const ContinueTrial& b) {
    return a.trial == b.trial && a.until == b.until;
  }
};

/// Ends the program and keeps its checkpoint: the trial may be resumed.
struct PauseTrial {
  static constexpr std::string_view wire_name = "scheduler.PauseTrial";
  static constexpr std::string_view former_wire_name = "pause_trial";
  TrialId trial = 0;
  std::optional<Judgement> judgement{};
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("judgement", m.judgement)};
  }
  friend bool operator==(const PauseTrial& a, const PauseTrial& b) { return a.trial == b.trial; }
};

/// Ends the program; the trial is never resumed.
struct StopTrial {
  static constexpr std::string_view wire_name = "scheduler.StopTrial";
  static constexpr std::string_view former_wire_name = "stop_trial";
  enum class Reason { below_cutoff, below_hurdle, max_resource };
  TrialId trial = 0;
  Reason reason = Reason::below_cutoff;
  std::optional<Judgement> judgement{};
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("reason", m.reason),
                      field("judgement", m.judgement)};
  }
  friend bool operator==(const StopTrial& a, const StopTrial& b) {
    return a.trial == b.trial && a.reason == b.reason;
  }
};
constexpr std::array<std::string_view, 3> enum_names(StopTrial::Reason) {
  return {"below_cutoff", "below_hurdle", "max_resource"};
}

/// The report changed nothing (README 10, items 1 and 2).
struct ReportIgnored {
  static constexpr std::string_view wire_name = "scheduler.ReportIgnored";
  static constexpr std::string_view former_wire_name = "report_ignored";
  enum class Reason {
    not_running,  ///< The trial is paused, stopped, completed, failed or unknown.
    duplicate,    ///< The trial reported this resource before; the first metric stands.
  };
  TrialId trial = 0;
  Reason reason = Reason::not_running;
  double first = 0;  ///< duplicate: the metric that stands.
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("reason", m.reason), field("first", m.first)};
  }
  friend bool operator==(const ReportIgnored&, const ReportIgnored&) = default;
};
constexpr std::array<std::string_view, 2> enum_names(ReportIgnored::Reason) {
  return {"not_running", "duplicate"};
}

/// The progressive ceiling rose: trials may now run to `resource`.
struct RungUnlocked {
  static constexpr std::string_view wire_name = "scheduler.RungUnlocked";
  static constexpr std::string_view former_wire_name = "rung_unlocked";
  Resource resource = 0;
  double epsilon = 0;           ///< Epsilon of the comparison that failed, in units of the metric.
  TrialId cause = 0;            ///< The trial whose report raised the ceiling.
  bool epsilon_capped = false;  ///< Only the best 2,000 trials of the lower rung were compared.
  /// The units of resource that were spent in all, if they raised the ceiling (`spend`), and not
  /// the rankings.
  std::optional<Resource> spent{};
  static auto fields(auto& m) {
    return std::tuple{field("resource", m.resource), field("epsilon", m.epsilon),
                      field("cause", m.cause), field("epsilon_capped", m.epsilon_capped),
                      field("spent", m.spent)};
  }
  friend bool operator==(const RungUnlocked&, const RungUnlocked&) = default;
};

/// RUSH: a trial that is no incumbent passes the rung at `resource` only if it is at least as good
/// as `metric`.
struct HurdleRaised {
  static constexpr std::string_view wire_name = "scheduler.HurdleRaised";
  static constexpr std::string_view former_wire_name = "hurdle_raised";
  TrialId trial = 0;      ///< The incumbent that set the hurdle.
  Resource resource = 0;  ///< The level of the rung.
  double metric = 0;      ///< As the program reported it, not a loss.
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
