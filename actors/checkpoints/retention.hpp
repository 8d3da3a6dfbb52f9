#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "actors/checkpoints/trial_news.hpp"

namespace troupe::actors {

/// Decides which checkpoints of a study are deleted. No I/O: it is told what happened and how large
/// they are.
///
/// Of a trial that is done nobody needs it, unless it is one of the best, or may turn out to be.
/// Beyond the bound on bytes those of other trials that are done go first; then those of paused
/// trials, the ones with most trials ahead of them first: a trial that went further is ahead, and
/// so is one that is better where both are. Running trials and the best never lose theirs.
class Retention {
 public:
  struct Rule {
    std::optional<std::uint32_t> best_kept = 1;  ///< None: all are kept, as far as there is room.
    std::uint64_t bytes_max = 0;                 ///< 0: no bound.
    bool maximize = false;
  };
  struct Drop {
    TrialId trial = 0;
    bool may_go_on = false;  ///< It is paused: it starts over if it does.
    friend bool operator==(const Drop&, const Drop&) = default;
  };

  explicit Retention(Rule rule) : rule_(rule) {}

  /// `contenders`: see Incumbent.
  void take(const std::vector<TrialNews>& news, std::vector<TrialId> contenders);
  /// The bytes of its checkpoint now; 0: it has none.
  void weigh(TrialId trial, std::uint64_t bytes);
  /// What is to be deleted; each is told once.
  [[nodiscard]] std::vector<Drop> due();

  /// The attempt that was started last; 0: the trial is not known.
  [[nodiscard]] std::uint32_t attempt(TrialId trial) const;
  /// Whether a checkpoint that its last attempt left would stay, as things are.
  [[nodiscard]] bool wants(TrialId trial) const;
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  /// Best first: further, better, earlier.
  using Rank = std::tuple<Resource, double, TrialId>;
  struct Trial {
    std::uint32_t attempt = 0;
    bool has_process = true;
    bool may_go_on = true;  ///< Not decided to be stopped, at its maximum, or over.
    std::optional<Rank> rank;
    std::uint64_t bytes = 0;
  };

  void report(TrialId id, Trial& trial, Resource resource, double metric);
  void started(TrialId id, Trial& trial, std::uint32_t attempt);
  void end_trial(TrialId id, Trial& trial);
  void end_study();
  [[nodiscard]] std::set<TrialId> best() const;
  [[nodiscard]] std::vector<TrialId> by_use() const;
  void drop(TrialId id, std::vector<Drop>& drops);

  Rule rule_;
  std::map<TrialId, Trial> trials_;
  std::set<Rank> ranks_;
  std::set<TrialId> done_;  ///< Whose checkpoints were not dropped.
  std::vector<TrialId> contenders_;
  bool over_ = false;
  std::uint64_t bytes_ = 0;
};

}  // namespace troupe::actors
