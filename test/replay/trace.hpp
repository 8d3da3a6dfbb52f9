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
  Resource level = 0;
  TrialId trial = 0;
  std::size_t position = 0;
  friend bool operator==(const Op&, const Op&) = default;
};

/// A rung after a change; trials best first.
struct RungState {
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
  friend bool operator==(const PashaState&, const PashaState&) = default;
};

using Thresholds = std::map<Resource, double>;

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
  std::string decision;  ///< "CONTINUE", "PAUSE", "STOP".
  std::optional<bool> milestone;
  std::optional<Resource> next;
  std::vector<Op> ops;
  std::optional<std::vector<RungState>> rungs;  ///< Not recorded while rungs are large.
  std::optional<PashaState> pasha;
  std::optional<Thresholds> thresholds;  ///< Recorded where they changed.
};

struct RungRow {
  TrialId trial = 0;
  double y = 0;
  bool promoted = false;
  friend bool operator==(const RungRow&, const RungRow&) = default;
};

/// The state at the end.
struct End {
  double t = 0;
  std::size_t n_trials = 0;
  std::size_t epochs = 0;
  std::map<TrialId, Resource> last_epoch;
  std::vector<std::pair<Resource, std::vector<RungRow>>> rungs;  ///< Highest first.
  double best_y = 0;
  TrialId best_trial = 0;
  std::optional<PashaState> pasha;
};

/// One recorded run of the reference.
struct Trace {
  std::string dataset, mode, type, ranking, drain;
  std::size_t n_workers = 0;
  std::vector<std::size_t> order;  ///< The configuration of each new trial.
  Resource max_resource = 0;
  std::vector<Resource> rung_levels;
  std::vector<double> quantiles;
  std::size_t num_brackets = 1;
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
