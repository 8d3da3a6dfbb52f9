#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "runtime/core/result.hpp"
#include "schedulers/events.hpp"

namespace troupe::replay {

using schedulers::Resource;
using schedulers::TrialId;

/// A change of a rung: a trial was added or promoted, with its position after the change.
struct Op {
  std::string kind;  ///< "add" or "promote".
  std::size_t system = 0;
  Resource level = 0;
  TrialId trial = 0;
  std::size_t position = 0;
  friend bool operator==(const Op&, const Op&) = default;
};

/// A rung after a change, with the best trials first.
struct RungState {
  std::size_t system = 0;
  Resource level = 0;
  std::vector<TrialId> trials;
  std::vector<TrialId> promoted;
  friend bool operator==(const RungState&, const RungState&) = default;
};

struct PashaState {
  Resource max_t = 0;
  std::size_t idx = 0;
  double eps = 0;
  std::optional<bool> inc;  ///< Whether the rankings disagreed; present if they were compared.
  /// Overlap or regret of the rankings, or epsilon; present if it was computed. Compared to 1e-12.
  std::optional<double> score;
  friend bool operator==(const PashaState&, const PashaState&) = default;
};

using Thresholds = std::map<Resource, double>;

/// A place of a synchronous rung.
struct SyncPlace {
  std::optional<TrialId> trial;
  bool filled = false;
  std::optional<double> y;  ///< The metric of a filled place; none for NaN.
  friend bool operator==(const SyncPlace&, const SyncPlace&) = default;
};

/// A change of a synchronous rung: it was opened for given or new trials, or a place was filled.
struct SyncOp {
  std::string kind;  ///< "open" or "set".
  std::size_t bracket = 0;
  Resource level = 0;
  std::size_t number = 0;  ///< Number of places ("open"), or index of the place ("set").
  std::vector<std::optional<TrialId>> trials;  ///< The given trials ("open").
  SyncPlace place;                             ///< The filled place ("set").
  friend bool operator==(const SyncOp&, const SyncOp&) = default;
};

/// The final state of a synchronous rung; without places if it was never opened.
struct SyncRungState {
  std::size_t bracket = 0;
  Resource level = 0;
  std::size_t size = 0;
  std::vector<SyncPlace> places;
  friend bool operator==(const SyncRungState&, const SyncRungState&) = default;
};

/// An event of a trace. Its fields depend on `ev` ("suggest", "report", "error").
struct Line {
  std::size_t i = 0;
  std::string ev;
  double t = 0;
  std::size_t w = 0;
  std::string action;  ///< "start", "resume", "none".
  std::optional<TrialId> trial;
  std::optional<std::size_t> config;
  std::optional<Resource> from, until, epoch;
  std::optional<double> y;
  std::optional<double> u;  ///< The draw for the bracket.
  std::optional<std::uint32_t> bracket;
  std::string decision;  ///< "CONTINUE", "PAUSE", "STOP".
  std::optional<bool> milestone;
  std::optional<Resource> next;
  std::vector<Op> ops;
  std::vector<SyncOp> sync_ops;
  std::optional<std::vector<RungState>> rungs;  ///< Absent while rungs are large.
  std::optional<PashaState> pasha;
  std::optional<Thresholds> thresholds;  ///< Present if they have changed.
};

/// A row of the final state of a rung.
struct RungRow {
  TrialId trial = 0;
  double y = 0;
  bool promoted = false;
  friend bool operator==(const RungRow&, const RungRow&) = default;
};

struct EndRung {
  std::size_t system = 0;
  Resource level = 0;
  std::vector<RungRow> rows;
  friend bool operator==(const EndRung&, const EndRung&) = default;
};

/// The final state.
struct End {
  double t = 0;
  std::size_t n_trials = 0;
  std::size_t epochs = 0;
  std::map<TrialId, Resource> last_epoch;
  std::vector<EndRung> rungs;  ///< By rung system, highest rung first.
  std::vector<SyncRungState> sync_rungs;
  double best_y = 0;
  TrialId best_trial = 0;
  std::optional<PashaState> pasha;
};

/// A recorded run of the reference.
struct Trace {
  std::string dataset, mode, type, drain;
  std::string ranking;         ///< The criterion of PASHA, by its name in the reference.
  double ranking_epsilon = 0;  ///< A fixed epsilon, or t.
  double ranking_scaling = 1;  ///< m, or p.
  std::size_t n_workers = 0;
  std::vector<std::size_t> order;  ///< The configuration of each new trial.
  Resource max_resource = 0;
  std::vector<Resource> rung_levels;
  std::vector<double> quantiles;
  std::size_t num_brackets = 1;
  bool own_rungs = false;
  std::vector<double> bracket_distribution;
  std::vector<std::vector<std::pair<Resource, std::size_t>>>
      bracket_rungs;                      ///< Of synchronous schedulers.
  std::optional<std::uint32_t> brackets;  ///< The option of the scheduler.
  std::optional<double> eta;
  std::optional<Resource> r_min, rung_increment;
  std::vector<Resource> given_levels;
  std::size_t num_threshold = 0;
  std::map<std::size_t, Resource> fail;  ///< The epoch at which each configuration crashes.
  std::vector<Line> lines;
  End end;
};

[[nodiscard]] Result<Trace> read_trace(const std::filesystem::path& file);

}  // namespace troupe::replay
