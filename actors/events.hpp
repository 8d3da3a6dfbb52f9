#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "runtime/codec_declarations.hpp"
#include "runtime/core/field.hpp"
#include "schedulers/events.hpp"
#include "schedulers/space/config.hpp"
#include "schedulers/trial_state.hpp"

namespace troupe::actors {

using schedulers::Config;
using schedulers::Resource;
using schedulers::TrialId;
using schedulers::TrialState;

// Events of a study, published after their row is durable. Each event is a message type, so that a
// subscriber names those that it wants. `index` is the row of the journal.

/// A process of a trial was ordered: its first, or one after a failure.
struct TrialStarted {
  static constexpr std::string_view wire_name = "TrialStarted";
  std::uint64_t index = 0;
  TrialId trial = 0;
  std::uint32_t attempt = 1;  ///< 1 for the first process of the trial, 2 for the second, ...
  Resource from = 0;          ///< Above 0 after a retry or the loss of a node.
  Resource until = 0;
  std::string node;
  Config config;
  bool incumbent = false;  ///< From A* or `incumbents` of the study file.
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index),     field("trial", m.trial),
                      field("attempt", m.attempt), field("from", m.from),
                      field("until", m.until),     field("node", m.node),
                      field("config", m.config),   field("incumbent", m.incumbent)};
  }
  friend bool operator==(const TrialStarted&, const TrialStarted&) = default;
};

/// A counted report, and the decision of the scheduler on it.
struct TrialReported {
  static constexpr std::string_view wire_name = "TrialReported";
  enum class Decision { proceed, pause, stop };
  std::uint64_t index = 0;
  TrialId trial = 0;
  Resource resource = 0;
  double metric = 0;
  Decision decision = Decision::proceed;
  Config values;  ///< Every key of the report.
  /// Replaces an earlier report at the resource (report.repeats: last). Nothing was decided on it.
  bool repeated = false;
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index),       field("trial", m.trial),
                      field("resource", m.resource), field("metric", m.metric),
                      field("decision", m.decision), field("values", m.values),
                      field("repeated", m.repeated)};
  }
  friend bool operator==(const TrialReported&, const TrialReported&) = default;
};
constexpr std::array<std::string_view, 3> enum_names(TrialReported::Decision) {
  return {"CONTINUE", "PAUSE", "STOP"};
}

/// A trial has no process and may be promoted; its checkpoint stays.
struct TrialPaused {
  static constexpr std::string_view wire_name = "TrialPaused";
  std::uint64_t index = 0;
  TrialId trial = 0;
  Resource resource = 0;
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index), field("trial", m.trial),
                      field("resource", m.resource)};
  }
  friend bool operator==(const TrialPaused&, const TrialPaused&) = default;
};

/// A paused trial starts its next attempt.
struct TrialPromoted {
  static constexpr std::string_view wire_name = "TrialPromoted";
  std::uint64_t index = 0;
  TrialId trial = 0;
  std::uint32_t attempt = 1;
  Resource from = 0;
  Resource until = 0;
  std::string node;
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index), field("trial", m.trial), field("attempt", m.attempt),
                      field("from", m.from),   field("until", m.until), field("node", m.node)};
  }
  friend bool operator==(const TrialPromoted&, const TrialPromoted&) = default;
};

/// The scheduler or the end of the study stopped a trial, and its process has ended.
struct TrialStopped {
  static constexpr std::string_view wire_name = "TrialStopped";
  std::uint64_t index = 0;
  TrialId trial = 0;
  Resource resource = 0;
  std::string reason;
  bool by_limit = false;  ///< A limit of the study stopped it: it goes on if the limit is raised.
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index), field("trial", m.trial),
                      field("resource", m.resource), field("reason", m.reason),
                      field("by_limit", m.by_limit)};
  }
  friend bool operator==(const TrialStopped&, const TrialStopped&) = default;
};

/// A process of the trial ended with an error.
struct TrialFailed {
  static constexpr std::string_view wire_name = "TrialFailed";
  enum class Then {
    give_up,  ///< The trial has failed.
    retry,    ///< It starts again from its last checkpoint, which uses up one retry.
    restart,  ///< It starts again at no cost: node lost, or exit code 75 (EX_TEMPFAIL).
    go_back,  ///< It starts again at no cost, from a checkpoint that `cause` names.
  };
  std::uint64_t index = 0;
  TrialId trial = 0;
  std::uint32_t attempt = 1;
  std::string cause;  ///< "exit code 3", "signal SIGSEGV", "out of memory (limit 64 MiB)", ...
  std::string stderr_tail;
  Then then = Then::give_up;  ///< What follows.
  std::string stdout_tail{};  ///< Of a program that never reported.
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index),
                      field("trial", m.trial),
                      field("attempt", m.attempt),
                      field("cause", m.cause),
                      field("stderr_tail", m.stderr_tail),
                      field("then", m.then),
                      field("stdout_tail", m.stdout_tail)};
  }
  friend bool operator==(const TrialFailed&, const TrialFailed&) = default;
};
constexpr std::array<std::string_view, 4> enum_names(TrialFailed::Then) {
  return {"give_up", "retry", "restart", "go_back"};
}

/// The program of a trial ended with success, or reached the maximum resource.
struct TrialCompleted {
  static constexpr std::string_view wire_name = "TrialCompleted";
  std::uint64_t index = 0;
  TrialId trial = 0;
  Resource resource = 0;
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index), field("trial", m.trial),
                      field("resource", m.resource)};
  }
  friend bool operator==(const TrialCompleted&, const TrialCompleted&) = default;
};

/// A warning about a trial: a malformed report line, a duplicate report, or a metric that is not
/// finite.
struct TrialWarned {
  static constexpr std::string_view wire_name = "TrialWarned";
  std::uint64_t index = 0;
  TrialId trial = 0;
  std::string warning;
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index), field("trial", m.trial),
                      field("warning", m.warning)};
  }
  friend bool operator==(const TrialWarned&, const TrialWarned&) = default;
};

/// A warning about the study as a whole, given once, with what to do about it.
struct StudyWarned {
  static constexpr std::string_view wire_name = "StudyWarned";
  std::uint64_t index = 0;
  std::string warning;
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index), field("warning", m.warning)};
  }
  friend bool operator==(const StudyWarned&, const StudyWarned&) = default;
};

/// A node had infrastructure failures in a row: no trial starts there any more.
struct NodeSetAside {
  static constexpr std::string_view wire_name = "NodeSetAside";
  std::uint64_t index = 0;
  std::string node;
  std::string reason;  ///< Its last failure. Empty: the node is not set aside any more.
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index), field("node", m.node), field("reason", m.reason)};
  }
  friend bool operator==(const NodeSetAside&, const NodeSetAside&) = default;
};

/// PASHA raised its ceiling to `resource`.
struct RungUnlocked {
  static constexpr std::string_view wire_name = "RungUnlocked";
  std::uint64_t index = 0;
  Resource resource = 0;
  double epsilon = 0;
  TrialId cause = 0;
  bool epsilon_capped = false;      ///< Epsilon was computed from the 2,000 best trials only.
  std::optional<Resource> spent{};  ///< In all, if that raised it (`spend`), and not the rankings.
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index),
                      field("resource", m.resource),
                      field("epsilon", m.epsilon),
                      field("cause", m.cause),
                      field("epsilon_capped", m.epsilon_capped),
                      field("spent", m.spent)};
  }
  friend bool operator==(const RungUnlocked&, const RungUnlocked&) = default;
};

/// RUSH: from now on, a trial must reach `metric` to go on from `resource`. `trial` is the
/// incumbent that set or raised the hurdle.
struct HurdleRaised {
  static constexpr std::string_view wire_name = "HurdleRaised";
  std::uint64_t index = 0;
  TrialId trial = 0;
  Resource resource = 0;
  double metric = 0;
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index), field("trial", m.trial),
                      field("resource", m.resource), field("metric", m.metric)};
  }
  friend bool operator==(const HurdleRaised&, const HurdleRaised&) = default;
};

/// A trial with the metric by which it is the best.
struct BestTrial {
  static constexpr std::string_view wire_name = "BestTrial";
  TrialId trial = 0;
  Resource resource = 0;
  double metric = 0;
  Config config;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("resource", m.resource),
                      field("metric", m.metric), field("config", m.config)};
  }
  friend bool operator==(const BestTrial&, const BestTrial&) = default;
};

/// Another trial is the best model, or the best model has another metric: the best over the trials
/// that did not fail of the metric at each one's highest resource.
struct BestModelChanged {
  static constexpr std::string_view wire_name = "BestModelChanged";
  std::uint64_t index = 0;
  std::optional<BestTrial> best;  ///< None: no such metric is finite any more.
  static auto fields(auto& m) { return std::tuple{field("index", m.index), field("best", m.best)}; }
  friend bool operator==(const BestModelChanged&, const BestModelChanged&) = default;
};

/// The configuration to retrain changed, or has another metric.
struct RetrainConfigChanged {
  static constexpr std::string_view wire_name = "RetrainConfigChanged";
  enum class Basis {
    shared_resource,  ///< Best at the highest resource that two trials reported that did not fail.
    best_model,       ///< No resource has two such trials: it is the best model.
  };
  std::uint64_t index = 0;
  std::optional<BestTrial> best;  ///< None: no trial that did not fail has a finite metric.
  Basis basis = Basis::best_model;
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index), field("best", m.best), field("basis", m.basis)};
  }
  friend bool operator==(const RetrainConfigChanged&, const RetrainConfigChanged&) = default;
};
constexpr std::array<std::string_view, 2> enum_names(RetrainConfigChanged::Basis) {
  return {"shared_resource", "best_model"};
}

/// Only in journals of format 2 and older: what is now the configuration to retrain, computed with
/// the trials that failed.
struct IncumbentChanged {
  static constexpr std::string_view wire_name = "IncumbentChanged";
  std::uint64_t index = 0;
  TrialId trial = 0;
  Resource resource = 0;
  double metric = 0;
  Config config;
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index), field("trial", m.trial),
                      field("resource", m.resource), field("metric", m.metric),
                      field("config", m.config)};
  }
  friend bool operator==(const IncumbentChanged&, const IncumbentChanged&) = default;
};

/// A setting of a study that has another value than before.
struct SettingChange {
  static constexpr std::string_view wire_name = "SettingChange";
  std::string key;     ///< As in the study file: "stop_criterion.max_num_trials_started".
  std::string before;  ///< For people; "none" if it was not set.
  std::string after;
  static auto fields(auto& m) {
    return std::tuple{field("key", m.key), field("before", m.before), field("after", m.after)};
  }
  friend bool operator==(const SettingChange&, const SettingChange&) = default;
};

/// The study goes on with other settings than before.
struct SettingsChanged {
  static constexpr std::string_view wire_name = "SettingsChanged";
  std::uint64_t index = 0;
  std::vector<SettingChange> changes;
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index), field("changes", m.changes)};
  }
  friend bool operator==(const SettingsChanged&, const SettingsChanged&) = default;
};

/// The study has no process left and starts none.
struct StudyFinished {
  static constexpr std::string_view wire_name = "StudyFinished";
  enum class Outcome {
    finished,     ///< A stop criterion was met, or the space is exhausted.
    stopped,      ///< A person or a program stopped it for good.
    failed,       ///< More than max_failures trials failed, or no node can start the program.
    interrupted,  ///< The same command resumes it.
  };
  std::uint64_t index = 0;
  Outcome outcome = Outcome::finished;
  std::string reason;
  bool resumable = false;  ///< The study failed for a reason outside of it: it goes on.
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index), field("outcome", m.outcome),
                      field("reason", m.reason), field("resumable", m.resumable)};
  }
  /// Whether the same command continues the study.
  [[nodiscard]] bool goes_on() const { return resumable || outcome == Outcome::interrupted; }
  friend bool operator==(const StudyFinished&, const StudyFinished&) = default;
};
constexpr std::array<std::string_view, 4> enum_names(StudyFinished::Outcome) {
  return {"finished", "stopped", "failed", "interrupted"};
}

using StudyEvent =
    std::variant<TrialStarted, TrialReported, TrialPaused, TrialPromoted, TrialStopped, TrialFailed,
                 TrialCompleted, TrialWarned, StudyWarned, NodeSetAside, RungUnlocked, HurdleRaised,
                 BestModelChanged, RetrainConfigChanged, IncumbentChanged, SettingsChanged,
                 StudyFinished>;

}  // namespace troupe::actors

namespace troupe::runtime {
extern template struct WireCodec<actors::TrialStarted>;
extern template struct WireCodec<actors::TrialReported>;
extern template struct WireCodec<actors::TrialPaused>;
extern template struct WireCodec<actors::TrialPromoted>;
extern template struct WireCodec<actors::TrialStopped>;
extern template struct WireCodec<actors::TrialFailed>;
extern template struct WireCodec<actors::TrialCompleted>;
extern template struct WireCodec<actors::TrialWarned>;
extern template struct WireCodec<actors::StudyWarned>;
extern template struct WireCodec<actors::NodeSetAside>;
extern template struct WireCodec<actors::RungUnlocked>;
extern template struct WireCodec<actors::HurdleRaised>;
extern template struct WireCodec<actors::BestModelChanged>;
extern template struct WireCodec<actors::RetrainConfigChanged>;
extern template struct WireCodec<actors::IncumbentChanged>;
extern template struct WireCodec<actors::SettingsChanged>;
extern template struct WireCodec<actors::StudyFinished>;
extern template struct NamedCodec<std::vector<actors::StudyEvent>>;
}  // namespace troupe::runtime
