#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "schedulers/events.hpp"

namespace troupe::actors {

/// The best model and the configuration to retrain of a study (schedulers/README.md, section 11),
/// folded from reports and failures. A report costs O(log n), and so does the removal of each
/// report of a trial that fails.
class BestTrials {
 public:
  struct Best {
    schedulers::TrialId trial = 0;
    schedulers::Resource resource = 0;
    double metric = 0;
    friend bool operator==(const Best&, const Best&) = default;
  };

  explicit BestTrials(bool maximize) : maximize_(maximize) {}

  /// Adds the metric of `trial` at `resource`, or replaces it. The trial is not settled.
  void report(schedulers::TrialId trial, schedulers::Resource resource, double metric);
  /// The trial has failed for good: its reports no longer count.
  void fail(schedulers::TrialId trial);
  /// The trial can neither report nor fail any more. Frees what only a failure would need.
  void settle(schedulers::TrialId trial);

  /// Best over the trials of the metric at each one's highest resource; none: no such metric is
  /// finite. Ties: higher resource, then lower trial.
  [[nodiscard]] const std::optional<Best>& model() const { return model_; }
  /// Best metric at the highest resource that at least two trials reported, one of them a finite
  /// metric; none: no such resource. Ties: lower trial.
  [[nodiscard]] const std::optional<Best>& shared() const { return shared_; }
  /// Configuration to retrain: `shared`, else the best model.
  [[nodiscard]] const std::optional<Best>& retrain() const { return shared_ ? shared_ : model_; }

  /// Best model, configuration to retrain, and the trials that may become one of them without
  /// another report of their own, unless more trials fail: best model of the settled trials, and
  /// the best at each resource above the shared one.
  [[nodiscard]] std::vector<schedulers::TrialId> contenders() const;

 private:
  using TrialId = schedulers::TrialId;
  using Resource = schedulers::Resource;
  /// A finite metric at one resource, best first.
  struct Candidate {
    double loss = 0;
    TrialId trial = 0;
    friend auto operator<=>(const Candidate&, const Candidate&) = default;
  };
  /// A finite metric at the highest resource of a trial, best first.
  struct Model {
    double loss = 0;
    Resource negated_resource = 0;
    TrialId trial = 0;
    friend auto operator<=>(const Model&, const Model&) = default;
  };
  /// Reports of one resource, by trials that did not fail.
  struct Level {
    std::uint64_t reports = 0;         ///< Those of settled trials too.
    std::optional<Candidate> settled;  ///< Best of the settled trials.
    /// Heap, best on top, of the trials that are not settled. Entries that were replaced or whose
    /// trial failed or settled are removed when they come to the top.
    std::vector<Candidate> open;

    [[nodiscard]] std::optional<Candidate> best() const;
  };
  using Curve = std::vector<std::pair<Resource, double>>;  ///< Losses, ascending by resource.

  [[nodiscard]] double loss_of(double metric) const { return maximize_ ? -metric : metric; }
  [[nodiscard]] Best best_of(const Candidate& candidate, Resource resource) const {
    return {candidate.trial, resource, loss_of(candidate.loss)};
  }
  /// Of the last report of a curve; none if it is not finite.
  [[nodiscard]] static std::optional<Model> model_of(TrialId trial, const Curve& curve);
  [[nodiscard]] bool is_current(const Candidate& candidate, Resource resource) const;
  void drop_stale(Level& level, Resource resource) const;
  void update_level(Resource resource);
  void update_best();

  bool maximize_;
  std::map<Resource, Level> levels_;
  std::set<Resource> shared_levels_;  ///< With at least two reports and a finite metric.
  std::map<TrialId, Curve> curves_;   ///< Of the trials that are not settled.
  std::set<Model> models_;            ///< Of the trials that are not settled.
  std::optional<Model> settled_model_;
  std::optional<Best> model_;
  std::optional<Best> shared_;
};

}  // namespace troupe::actors
