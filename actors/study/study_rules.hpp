#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schedulers/events.hpp"

namespace troupe::actors {

struct StudySpec;

using schedulers::TrialId;

/// What ends a study. Every count is a total over all sessions, and exact.
struct StopRules {
  std::optional<std::uint64_t> trials_started_max;
  /// Trials whose program ended by itself with success, or reached the maximal resource.
  std::optional<std::uint64_t> trials_completed_max;
  std::optional<std::uint64_t> trials_finished_max;  ///< Completed, stopped or failed trials.
  std::optional<std::uint64_t> evaluations_max;      ///< Reports that the scheduler did not ignore.
  std::optional<double> cost_max;                    ///< Sum of the reported `cost_attr`.
  std::optional<double> wallclock_s_max;             ///< Seconds that the study has run.
  std::optional<double> metric_min;                  ///< A report at or below this ends the study.
  std::optional<double> metric_max;                  ///< A report at or above this ends the study.
  std::string cost_attr;  ///< Key of a report: cost of its process so far, in the user's unit.
};

/// What happens to running and promotable trials once no new one may start.
enum class WhenExhausted {
  finish,   ///< Running trials reach their milestone; nothing else starts.
  promote,  ///< Promotions go on until there are none.
  stop,     ///< Running trials are stopped.
};

/// The part of a study file that the lifecycle of a study needs.
struct StudyRules {
  bool maximize = false;
  std::uint32_t workers_max = 1;
  TrialId incumbents = 0;  ///< Trials below this number are incumbents.
  StopRules stop;
  WhenExhausted when_exhausted = WhenExhausted::finish;
  std::uint64_t failures_max = 0;   ///< The study fails once more trials than this have failed.
  bool last_report_counts = false;  ///< report.repeats: last; of several reports at a resource.
  std::uint32_t retries_max = 0;    ///< Retries of a trial after failed attempts.
  /// Whether programs are told the milestone of their trial (max_resource_attr) and end there.
  bool tells_milestone = false;
  schedulers::Resource max_resource = 0;            ///< R.
  std::vector<schedulers::Resource> rung_levels{};  ///< Rising, with R; empty: nothing is compared.
  bool same_node_checkpoints = false;               ///< checkpoints.trust: same-node.
  std::string report_advice{};                      ///< What to change if a program never reports.
};

/// Whether the nodes with these names are one machine's: nodes that a head starts have numbers.
[[nodiscard]] bool is_same_machine(const std::string& one, const std::string& other);

/// The rules of a study file.
[[nodiscard]] StudyRules rules_of(const StudySpec& spec);

}  // namespace troupe::actors
