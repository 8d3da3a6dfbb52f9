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

/// A change of a rung: a trial was added, or was promoted; at which position it is afterwards.
struct Op {
  std::string kind;  ///< "add" or "promote".
  std::size_t system = 0;
  Resource level = 0;
  TrialId trial = 0;
  std::size_t position = 0;
  friend bool operator==(const Op&, const Op&) = default;
};

/// A rung after a change; trials best first.
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
  std::optional<bool> inc;  ///< Whether the ranks disagreed; only where they were compared.
  /// Overlap or regret of the orders, or epsilon of a spread; only where it was computed. To 1e-12.
  std::optional<double> score;
  friend bool operator==(const PashaState&, const PashaState&) = default;
};

using Thresholds = std::map<Resource, double>;

/// A place of a synchronous rung.
struct SyncPlace {
  std::optional<TrialId> trial;
  bool filled = false;
  std::optional<double> y;  ///< Once filled; none: NaN.
  friend bool operator==(const SyncPlace&, const SyncPlace&) = default;
};

/// A change of a synchronous rung: it was opened, for these trials or for new ones, or a place in
/// it was filled.
struct SyncOp {
  std::string kind;  ///< "open" or "set".
  std::size_t bracket = 0;
  Resource level = 0;
  std::size_t number = 0;                      ///< "open": how many places; "set": which one.
  std::vector<std::optional<TrialId>> trials;  ///< "open".
  SyncPlace place;                             ///< "set".
  friend bool operator==(const SyncOp&, const SyncOp&) = default;
};

/// A synchronous rung at the end; without places if it was never opened.
struct SyncRungState {
  std::size_t bracket = 0;
  Resource level = 0;
  std::size_t size = 0;
  std::vector<SyncPlace> places;
  friend bool operator==(const SyncRungState&, const SyncRungState&) = default;
};

/// One thing that happened. Which fields there are depends on `ev` ("suggest", "report", "error").
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
  std::optional<double> u;  ///< Drawn for the bracket.
  std::optional<std::uint32_t> bracket;
  std::string decision;  ///< "CONTINUE", "PAUSE", "STOP".
  std::optional<bool> milestone;
  std::optional<Resource> next;
  std::vector<Op> ops;
  std::vector<SyncOp> sync_ops;
  std::optional<std::vector<RungState>> rungs;  ///< Not recorded while rungs are large.
  std::optional<PashaState> pasha;
  std::optional<Thresholds> thresholds;  ///< Recorded where they changed.
};

/// A row of a rung at the end.
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

/// The state at the end.
struct End {
  double t = 0;
  std::size_t n_trials = 0;
  std::size_t epochs = 0;
  std::map<TrialId, Resource> last_epoch;
  std::vector<EndRung> rungs;  ///< By system, highest first.
  std::vector<SyncRungState> sync_rungs;
  double best_y = 0;
  TrialId best_trial = 0;
  std::optional<PashaState> pasha;
};

/// One recorded run of the reference.
struct Trace {
  std::string dataset, mode, type, drain;
  std::string ranking;         ///< PASHA's criterion, by the reference's name.
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
  std::vector<std::vector<std::pair<Resource, std::size_t>>> bracket_rungs;  ///< Synchronous.
  std::optional<std::uint32_t> brackets;                                     ///< As asked for.
  std::optional<double> eta;
  std::optional<Resource> r_min, rung_increment;
  std::vector<Resource> given_levels;
  std::size_t num_threshold = 0;
  std::map<std::size_t, Resource> fail;  ///< Configuration to the epoch at which it crashes.
  std::vector<Line> lines;
  End end;
};

[[nodiscard]] Result<Trace> read_trace(const std::filesystem::path& file);

}  // namespace troupe::replay
