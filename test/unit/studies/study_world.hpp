#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actors/study/study_core.hpp"
#include "runtime/core/rng.hpp"
#include "schedulers/scheduler.hpp"
#include "schedulers/searchers/searcher.hpp"

namespace troupe::actors {

/// Failures in a StudyWorld. Each happens once in so many steps on average; 0: never.
struct StudyMishaps {
  std::uint64_t crash = 0;       ///< A program exits with 1.
  std::uint64_t again = 0;       ///< A program asks to be started again.
  std::uint64_t early_exit = 0;  ///< A program ends by itself, with success.
  std::uint64_t divergence = 0;  ///< A metric is NaN or infinite.
  std::uint64_t gap = 0;         ///< Reports are skipped, possibly beyond a milestone.
  std::uint64_t late = 0;        ///< A resource below the last one is reported.
  std::uint64_t duplicate = 0;   ///< A resource is reported again, with another metric.
  std::uint64_t garbage = 0;     ///< A line is malformed.
  std::uint64_t node_loss = 0;   ///< A node leaves; it joins again later.
  std::uint64_t node_fault = 0;  ///< A node cannot run an attempt.
  std::uint64_t forgetful = 0;   ///< A resumed program starts from the beginning.
};

/// A study without threads, processes or time: StudyCore, a scheduler, a searcher, and programs. In
/// each step one program, picked at random, acts. A breach of any contract is a CheckFailure; so
/// are a study that does not end, and a free worker that waits without a stated reason.
class StudyWorld {
 public:
  struct Options {
    StudyRules rules;
    StudyMishaps mishaps;
    schedulers::Resource max_resource = 9;
    std::uint64_t seed = 0;
  };
  struct Outcome {
    std::vector<Input> inputs;
    std::vector<schedulers::Decision> decisions;
    std::vector<StudyEvent> events;
    std::vector<std::vector<schedulers::SearchFact>> facts;  ///< By row.
    StudyFinished end;
    std::size_t steps = 0;
  };

  StudyWorld(const Options& options, std::unique_ptr<schedulers::Scheduler> scheduler,
             std::unique_ptr<schedulers::Searcher> searcher);

  /// Runs the study to its end.
  Outcome run();

  /// Applies recorded inputs to a new StudyCore, with decisions of `scheduler`.
  static Outcome replay(const Options& options, schedulers::Scheduler& scheduler,
                        const std::vector<Input>& inputs);

 private:
  struct Attempt {
    TrialId trial = 0;
    std::uint32_t attempt = 1;
    std::string node;
    Resource last = 0;  ///< Last reported resource; at first that of the start.
    bool ending = false;
    std::uint32_t source = 0;  ///< The attempt from whose checkpoint it started.
  };

  static constexpr std::uint32_t slots = 2;  ///< Number of slots of each node.

  void fill_slots();
  void ask_ahead();
  void expect_a_reason() const;
  void step();
  void act(Attempt& attempt);
  void report(Attempt& attempt);
  void end(const Attempt& attempt, AttemptEnded::Cause cause, std::int32_t code,
           AttemptEnded::NodeFault fault = AttemptEnded::NodeFault::none);
  void lose_node(const std::string& node);
  bool feed(const Input& input);
  void carry_out(const LaunchAttempt& launch);
  void carry_out(const EndAttempt& ending);
  void carry_out(const ReleaseCheckpoints& release);
  void carry_out(const RestNode& rest) { rests_.push_back(rest.node); }
  [[nodiscard]] bool happens(std::uint64_t one_in) { return one_in > 0 && rng_.below(one_in) == 0; }
  [[nodiscard]] double metric(TrialId trial, Resource resource);

  Options options_;
  StudyCore core_;
  std::unique_ptr<schedulers::Scheduler> scheduler_;
  std::unique_ptr<schedulers::Searcher> searcher_;
  Rng rng_;
  std::vector<Attempt> attempts_;
  std::map<TrialId, std::uint32_t> released_;  ///< Checkpoints before this attempt are gone.
  std::set<std::string> nodes_;                ///< The nodes that have joined.
  TrialId suggested_ = 0;                      ///< Number of suggestions with a configuration.
  std::optional<Suggestion> ahead_;            ///< Was asked for, and is in no row yet.
  std::vector<std::string> rests_;             ///< Nodes of which NodeRested is due.
  std::set<std::string> set_aside_;            ///< Nodes that are set aside.
  bool none_left_ = false;                     ///< The searcher has no configuration left.
  std::string closed_;                         ///< Why no new trial starts; empty while one may.
  Outcome outcome_;
};

}  // namespace troupe::actors
