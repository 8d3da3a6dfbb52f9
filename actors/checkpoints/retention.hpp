#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "actors/events.hpp"

namespace troupe::actors {

/// What happened to a trial, as far as its checkpoint depends on it.
struct TrialNews {
  enum class What {
    runs,        ///< `attempt` was started.
    reported,    ///< It reported `metric` at `resource`, and continues.
    ending,      ///< It reported `metric` at `resource`, and is being stopped or at its end.
    paused,      ///< Its process is gone; it may be promoted.
    done,        ///< It has finished.
    failed,      ///< It has failed: it is never the best.
    study_over,  ///< The study has ended. Paused trials go on if its limits are raised.
  };
  What what = What::runs;
  TrialId trial = 0;
  std::uint32_t attempt = 0;
  Resource resource = 0;
  double metric = 0;
  bool repeated = false;  ///< `metric` replaces an earlier one at `resource`.
  friend bool operator==(const TrialNews&, const TrialNews&) = default;
};

/// Appends the news of `events`. True if any is more than the report of a trial that continues. A
/// report that replaces one may be of a trial that is being stopped.
bool add_news(const std::vector<StudyEvent>& events, std::vector<TrialNews>& news);

/// Decides which checkpoints of a study are deleted. No I/O: events and sizes are passed in.
///
/// The checkpoint of a finished trial is deleted unless the trial is a contender (BestTrials) or
/// one of the best `best_kept` finished ones, by the metric at its highest resource. Trials that
/// the end of the study paused or stopped may go on, if it is continued. Beyond the bound on
/// bytes, checkpoints of other finished trials are deleted first, then those of paused
/// trials, first the trials that the largest share of trials is ahead of. A trial is ahead if it
/// has a higher resource, or the same resource and a better metric. Running trials, the best trials
/// and the best paused trial keep theirs.
class Retention {
 public:
  struct Rule {
    std::optional<std::uint32_t> best_kept = 1;  ///< None: all are kept, within `bytes_max`.
    std::uint64_t bytes_max = 0;                 ///< 0: no bound.
    bool maximize = false;
  };
  struct Drop {
    TrialId trial = 0;
    bool paused = false;  ///< If so, the trial starts over if it is promoted.
    friend bool operator==(const Drop&, const Drop&) = default;
  };

  explicit Retention(Rule rule) : rule_(rule) {}

  /// Notes what happened. `contenders`: see BestTrials.
  void take(const std::vector<TrialNews>& news, std::vector<TrialId> contenders);
  /// No trial goes on any more. Only the best trials keep their checkpoints.
  void abandon_trials();
  /// Notes the size in bytes of a trial's checkpoint; 0: it has none.
  void weigh(TrialId trial, std::uint64_t bytes);
  /// The checkpoints to delete; each is returned once.
  [[nodiscard]] std::vector<Drop> due();

  /// Trials without a process that may go on, in ascending order.
  [[nodiscard]] std::vector<TrialId> waiting() const;
  /// The latest attempt of a trial; 0: the trial is not known.
  [[nodiscard]] std::uint32_t attempt(TrialId trial) const;
  /// Whether a checkpoint of the trial's latest attempt would be kept now.
  [[nodiscard]] bool wants(TrialId trial) const;
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  /// Sort key, best first: negated resource, metric to minimise, number of the trial.
  using Rank = std::tuple<Resource, double, TrialId>;
  /// Sort key, best first: metric to minimise, negated resource, number of the trial.
  using Model = std::tuple<double, Resource, TrialId>;
  struct Trial {
    std::uint32_t attempt = 0;
    bool has_process = true;
    bool may_go_on = true;  ///< Not decided to be stopped, at its maximum, or over.
    std::optional<Rank> rank;
    std::uint64_t bytes = 0;
  };

  void report(Trial& trial, const TrialNews& news);
  void started(TrialId id, Trial& trial, std::uint32_t attempt);
  void go_on(TrialId id, Trial& trial);
  enum class End { finished, failed };
  void end_trial(TrialId id, Trial& trial, End end);
  [[nodiscard]] std::set<TrialId> best() const;
  [[nodiscard]] static std::optional<Model> model_of(const Trial& trial);
  /// Of the paused trials with a checkpoint that are not in `others`: the one with the best metric
  /// at its highest resource.
  [[nodiscard]] std::optional<TrialId> best_paused_but(const std::set<TrialId>& others) const;
  [[nodiscard]] std::vector<TrialId> by_use() const;
  void drop(TrialId id, std::vector<Drop>& drops);

  Rule rule_;
  std::map<TrialId, Trial> trials_;
  std::set<Rank> ranks_;
  std::set<TrialId> ending_;  ///< Trials that are being stopped or at their end, with a process.
  std::set<TrialId> done_;    ///< Finished and failed trials whose checkpoints were not deleted.
  std::set<Model> finished_models_;  ///< Of the finished trials with a finite metric.
  std::vector<TrialId> contenders_;
  std::uint64_t bytes_ = 0;
};

}  // namespace troupe::actors
