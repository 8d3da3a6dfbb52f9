#pragma once

#include <cstddef>
#include <map>
#include <utility>
#include <vector>

#include "schedulers/events.hpp"
#include "schedulers/mode.hpp"
#include "schedulers/searchers/search_facts.hpp"
#include "schedulers/searchers/searcher.hpp"
#include "schedulers/space/config.hpp"
#include "schedulers/surrogates/targets.hpp"

namespace troupe::schedulers {

/// What a learning searcher knows of the trials: the facts in the order of the journal.
class SearchHistory {
 public:
  struct Trial {
    Config config;
    Resource running_to = 0;   ///< The level that it is expected to report next; 0: none.
    std::size_t observed = 0;  ///< Number of its observations.
    Resource highest = 0;      ///< Of its reports with a finite metric.
  };

  /// Of the terms the mode and the levels count. Without rung levels there is one level: the
  /// maximum resource, or each trial's latest report if that is unknown.
  explicit SearchHistory(const SearchTerms& terms);

  void learn(const SearchFact& fact);

  /// The resources whose metrics count, rising; the last one is the maximum.
  [[nodiscard]] const std::vector<Resource>& levels() const { return levels_; }
  [[nodiscard]] Resource max_resource() const { return levels_.back(); }
  [[nodiscard]] const std::map<TrialId, Trial>& trials() const { return trials_; }
  /// Configurations in the order of assignment.
  [[nodiscard]] const std::vector<TrialId>& order() const { return order_; }
  /// Finite losses (1 - metric in mode `max`), in the order of the first reports of their levels.
  [[nodiscard]] const std::vector<Observation>& observations() const { return observations_; }
  /// Number of reports that replaced an observation.
  [[nodiscard]] std::size_t replaced() const { return replaced_; }
  /// Running trials with the levels that they run to, in the order of their numbers.
  [[nodiscard]] std::vector<std::pair<TrialId, Resource>> pending() const;

 private:
  void on(const ConfigAssigned& fact);
  void on(const TrainingBegun& fact);
  void on(const ReportReceived& fact);
  void on(const TrainingPaused& fact) { ended(fact.trial); }
  void on(const TrainingStopped& fact) { ended(fact.trial); }
  void on(const TrialCompleted& fact) { ended(fact.trial); }
  void on(const TrialFailed& fact) { ended(fact.trial); }
  void ended(TrialId trial);
  void observe(TrialId trial, Resource level, double loss);

  Mode mode_ = Mode::min;
  std::vector<Resource> levels_;
  std::map<TrialId, Trial> trials_;
  std::vector<TrialId> order_;
  std::vector<Observation> observations_;
  std::map<std::pair<TrialId, Resource>, std::size_t> places_;  ///< Of observations.
  std::size_t replaced_ = 0;
};

}  // namespace troupe::schedulers
