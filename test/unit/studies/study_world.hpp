#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "actors/study/study_core.hpp"
#include "runtime/core/rng.hpp"
#include "schedulers/scheduler.hpp"
#include "schedulers/searchers/searcher.hpp"

namespace troupe::actors {

/// What may go wrong in a world, each as one chance in so many steps; 0: never.
struct StudyMishaps {
  std::uint64_t crash = 0;       ///< A program exits with 1.
  std::uint64_t again = 0;       ///< It asks to be started again.
  std::uint64_t early_exit = 0;  ///< It ends by itself, with success.
  std::uint64_t divergence = 0;  ///< A metric is NaN or infinite.
  std::uint64_t gap = 0;         ///< Reports are skipped, past a milestone perhaps.
  std::uint64_t late = 0;        ///< A resource below the last one is reported.
  std::uint64_t duplicate = 0;   ///< A resource is reported again, with another metric.
  std::uint64_t garbage = 0;     ///< A line is no report.
  std::uint64_t node_loss = 0;   ///< A node leaves; it joins again later.
  std::uint64_t forgetful = 0;   ///< A program that goes on starts from scratch.
};

/// A study without threads, processes or time: StudyCore, a scheduler and a searcher, and programs
/// of which in each step one, picked at random, does something. What breaks the contract of any of
/// them is a CheckFailure, and so is a study that does not end, or a free worker that waits without
/// a stated reason.
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
    StudyFinished end;
    std::size_t steps = 0;
  };

  StudyWorld(const Options& options, std::unique_ptr<schedulers::Scheduler> scheduler,
             std::unique_ptr<schedulers::Searcher> searcher);

  /// Until the study has ended.
  Outcome run();

  /// What the pure core makes of the same inputs.
  static Outcome replay(const Options& options, schedulers::Scheduler& scheduler,
                        const std::vector<Input>& inputs);

 private:
  struct Attempt {
    TrialId trial = 0;
    std::uint32_t attempt = 1;
    std::string node;
    Resource last = 0;  ///< Reported, or where it started from.
    bool ending = false;
  };

  static constexpr std::uint32_t slots = 2;  ///< Of each node.

  void fill_slots();
  void expect_a_reason() const;
  void step();
  void act(Attempt& attempt);
  void report(Attempt& attempt);
  void end(const Attempt& attempt, AttemptEnded::Cause cause, std::int32_t code);
  void lose_node(const std::string& node);
  bool feed(const Input& input);
  void carry_out(const LaunchAttempt& launch);
  void carry_out(const EndAttempt& ending);
  void carry_out(const ObserveReport& report);
  [[nodiscard]] bool happens(std::uint64_t one_in) { return one_in > 0 && rng_.below(one_in) == 0; }
  [[nodiscard]] double metric(TrialId trial, Resource resource);

  Options options_;
  StudyCore core_;
  std::unique_ptr<schedulers::Scheduler> scheduler_;
  std::unique_ptr<schedulers::Searcher> searcher_;
  Rng rng_;
  std::vector<Attempt> attempts_;
  std::set<std::string> nodes_;  ///< That are there.
  TrialId suggested_ = 0;        ///< Trials that the searcher was asked for.
  bool none_left_ = false;       ///< The searcher has no configuration left.
  std::string closed_;           ///< Why nothing new starts any more.
  Outcome outcome_;
};

}  // namespace troupe::actors
