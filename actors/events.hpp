#pragma once

#include <array>
#include <cstdint>
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

// What a study tells the world, after it is durable. Each is a message of its own, so that a
// subscriber names just those it wants; `index` is the row of the journal that caused it.

struct TrialStarted {
  static constexpr std::string_view wire_name = "TrialStarted";
  std::uint64_t index = 0;
  TrialId trial = 0;
  std::uint32_t attempt =
      1;              ///< 1 for the first process of the trial; one more for each later one.
  Resource from = 0;  ///< 0, or where it goes on after a retry or the loss of its node.
  Resource until = 0;
  std::string node;
  Config config;
  bool incumbent = false;  ///< Of A*: the best of an earlier task, or named in the study file.
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index),     field("trial", m.trial),
                      field("attempt", m.attempt), field("from", m.from),
                      field("until", m.until),     field("node", m.node),
                      field("config", m.config),   field("incumbent", m.incumbent)};
  }
  friend bool operator==(const TrialStarted&, const TrialStarted&) = default;
};

/// A report that counted, and what the scheduler decided on it.
struct TrialReported {
  static constexpr std::string_view wire_name = "TrialReported";
  enum class Decision { proceed, pause, stop };
  std::uint64_t index = 0;
  TrialId trial = 0;
  Resource resource = 0;
  double metric = 0;
  Decision decision = Decision::proceed;
  Config values;  ///< Every key of the report, as reported.
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index),       field("trial", m.trial),
                      field("resource", m.resource), field("metric", m.metric),
                      field("decision", m.decision), field("values", m.values)};
  }
  friend bool operator==(const TrialReported&, const TrialReported&) = default;
};
constexpr std::array<std::string_view, 3> enum_names(TrialReported::Decision) {
  return {"CONTINUE", "PAUSE", "STOP"};
}

/// Its process is gone; its checkpoint stays.
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

/// A paused trial goes on.
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

/// The scheduler, or the end of the study, stopped it; its process is gone.
struct TrialStopped {
  static constexpr std::string_view wire_name = "TrialStopped";
  std::uint64_t index = 0;
  TrialId trial = 0;
  Resource resource = 0;
  std::string reason;
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index), field("trial", m.trial),
                      field("resource", m.resource), field("reason", m.reason)};
  }
  friend bool operator==(const TrialStopped&, const TrialStopped&) = default;
};

/// A process of the trial ended where it should not have. `then` says what follows.
struct TrialFailed {
  static constexpr std::string_view wire_name = "TrialFailed";
  enum class Then {
    give_up,  ///< The trial has failed.
    retry,    ///< It starts again from its last checkpoint, and one retry is used up.
    restart,  ///< The same, blamelessly: its node was lost, or it asked for it (exit code 75).
  };
  std::uint64_t index = 0;
  TrialId trial = 0;
  std::uint32_t attempt = 1;
  std::string cause;  ///< "exit code 3", "signal SIGSEGV", "out of memory (limit 64 MiB)", ...
  std::string stderr_tail;
  Then then = Then::give_up;
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index),
                      field("trial", m.trial),
                      field("attempt", m.attempt),
                      field("cause", m.cause),
                      field("stderr_tail", m.stderr_tail),
                      field("then", m.then)};
  }
  friend bool operator==(const TrialFailed&, const TrialFailed&) = default;
};
constexpr std::array<std::string_view, 3> enum_names(TrialFailed::Then) {
  return {"give_up", "retry", "restart"};
}

/// Its program ended by itself with success, or reached the maximal resource.
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

/// Something a person should know about a trial that is no failure: a line that looks like a report
/// and is none, a duplicate report, a metric that is not finite.
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

/// The ceiling grew (PASHA).
struct RungUnlocked {
  static constexpr std::string_view wire_name = "RungUnlocked";
  std::uint64_t index = 0;
  Resource resource = 0;
  double epsilon = 0;
  TrialId cause = 0;
  bool epsilon_capped = false;  ///< Epsilon is of the 2,000 best trials, for there are more.
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index), field("resource", m.resource),
                      field("epsilon", m.epsilon), field("cause", m.cause),
                      field("epsilon_capped", m.epsilon_capped)};
  }
  friend bool operator==(const RungUnlocked&, const RungUnlocked&) = default;
};

/// RUSH: from now on, trials must be at least as good as this to go on from `resource`; `trial`,
/// an incumbent, set or raised the hurdle.
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

/// The best configuration (the best metric at the highest resource that at least two trials
/// reported) is another one now, or is known better.
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

struct StudyFinished {
  static constexpr std::string_view wire_name = "StudyFinished";
  enum class Outcome {
    finished,     ///< A stop criterion was met, or the space is exhausted.
    stopped,      ///< Somebody stopped it for good.
    failed,       ///< More than max_failures trials failed.
    interrupted,  ///< To be resumed by the same command.
  };
  std::uint64_t index = 0;
  Outcome outcome = Outcome::finished;
  std::string reason;
  static auto fields(auto& m) {
    return std::tuple{field("index", m.index), field("outcome", m.outcome),
                      field("reason", m.reason)};
  }
  friend bool operator==(const StudyFinished&, const StudyFinished&) = default;
};
constexpr std::array<std::string_view, 4> enum_names(StudyFinished::Outcome) {
  return {"finished", "stopped", "failed", "interrupted"};
}

using StudyEvent = std::variant<TrialStarted, TrialReported, TrialPaused, TrialPromoted,
                                TrialStopped, TrialFailed, TrialCompleted, TrialWarned,
                                RungUnlocked, HurdleRaised, IncumbentChanged, StudyFinished>;

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
extern template struct WireCodec<actors::RungUnlocked>;
extern template struct WireCodec<actors::HurdleRaised>;
extern template struct WireCodec<actors::IncumbentChanged>;
extern template struct WireCodec<actors::StudyFinished>;
extern template struct NamedCodec<std::vector<actors::StudyEvent>>;
}  // namespace troupe::runtime
