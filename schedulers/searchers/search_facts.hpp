#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>

#include "runtime/core/field.hpp"
#include "schedulers/events.hpp"
#include "schedulers/space/config.hpp"

namespace troupe::schedulers {

// The facts of a study that a searcher learns, in the order of the journal: the ones below,
// ReportReceived, TrialCompleted and TrialFailed.

/// A trial has begun with the configuration that was suggested for it.
struct ConfigAssigned {
  static constexpr std::string_view wire_name = "searcher.ConfigAssigned";
  TrialId trial = 0;
  Config config;
  std::optional<std::string> state{};  ///< That came with the suggestion.
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("config", m.config), field("state", m.state)};
  }
  friend bool operator==(const ConfigAssigned&, const ConfigAssigned&) = default;
};

/// A trial trains from `from` towards `until`: after its start, its promotion, or a failure. With a
/// scheduler that does not pause, it may go on to later rungs from there.
struct TrainingBegun {
  static constexpr std::string_view wire_name = "searcher.TrainingBegun";
  TrialId trial = 0;
  Resource from = 0;
  Resource until = 0;
  bool promoted = false;
  static auto fields(auto& m) {
    return std::tuple{field("trial", m.trial), field("from", m.from), field("until", m.until),
                      field("promoted", m.promoted)};
  }
  friend bool operator==(const TrainingBegun&, const TrainingBegun&) = default;
};

/// A trial does not train any more and may go on.
struct TrainingPaused {
  static constexpr std::string_view wire_name = "searcher.TrainingPaused";
  TrialId trial = 0;
  static auto fields(auto& m) { return std::tuple{field("trial", m.trial)}; }
  friend bool operator==(const TrainingPaused&, const TrainingPaused&) = default;
};

/// A trial was stopped. It may go on if a limit stopped it and is raised.
struct TrainingStopped {
  static constexpr std::string_view wire_name = "searcher.TrainingStopped";
  TrialId trial = 0;
  static auto fields(auto& m) { return std::tuple{field("trial", m.trial)}; }
  friend bool operator==(const TrainingStopped&, const TrainingStopped&) = default;
};

using SearchFact = std::variant<ConfigAssigned, TrainingBegun, ReportReceived, TrainingPaused,
                                TrainingStopped, TrialCompleted, TrialFailed>;

}  // namespace troupe::schedulers
