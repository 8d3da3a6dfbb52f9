#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "runtime/core/rng.hpp"
#include "schedulers/scheduler.hpp"

namespace troupe::schedulers {

/// Mishaps in a SchedulerWorld. A value n means probability 1/n for each step; 0 means never.
struct Mishaps {
  std::uint64_t failure = 0;
  std::uint64_t completion = 0;  ///< A program exits with success below its milestone.
  std::uint64_t divergence = 0;  ///< A metric is NaN.
  std::uint64_t gap = 0;         ///< A program skips reports, possibly one at a milestone.
  std::uint64_t late = 0;        ///< A skipped resource is reported after all.
  std::uint64_t duplicate = 0;   ///< A resource is reported again, with another metric.
  std::uint64_t stale = 0;       ///< A report of a trial that does not run or does not exist.
};

/// A cluster without time. In each step a random running program reports, fails or exits. A
/// decision that breaks the contract of events.hpp, or a broken invariant of the scheduler, is a
/// CheckFailure.
class SchedulerWorld {
 public:
  struct Outcome {
    std::vector<Decision> decisions;  ///< All but ReportIgnored.
    Resource ceiling = 0;
    std::size_t resumed = 0;
    std::size_t failed = 0;  ///< Trials whose program failed.
    std::size_t ignored = 0;
    std::size_t unlocked = 0;
  };

  SchedulerWorld(std::unique_ptr<Scheduler> scheduler, std::uint64_t seed, Mishaps mishaps,
                 Resource max_resource);

  /// Runs until `trials` trials have started and no trial runs or can be resumed.
  Outcome run(std::size_t trials, std::size_t workers);

 private:
  enum class State { running, paused, finished };
  struct Trial {
    State state = State::running;
    Resource until = 0;
    Resource last = 0;  ///< The highest resource reported.
    double quality = 0;
    bool diverged = false;
    std::map<Resource, double> metrics;  ///< The first metric at each resource.
  };

  /// Returns the scheduler's decisions, and checks its invariants after them.
  std::vector<Decision> decide(const Event& event);
  void fill_slots(std::size_t trials, std::size_t workers);
  void take(const StartTrial& start);
  void take(const ResumeTrial& resume);
  void step();
  void repeat_something();
  void report(TrialId trial, Resource resource, double metric);
  void carry_out(TrialId trial, Resource resource, const Decision& decision);
  void expect_unlock(TrialId cause, Resource ceiling_before, const std::vector<Decision>& answers,
                     std::size_t from);
  [[nodiscard]] bool happens(std::uint64_t one_in) { return one_in > 0 && rng_.below(one_in) == 0; }
  [[nodiscard]] double metric(const Trial& trial, Resource resource);

  std::unique_ptr<Scheduler> scheduler_;
  Rng rng_;
  Rng noise_;  ///< For duplicates and stale reports only: these draws do not shift others.
  Mishaps mishaps_;
  Resource max_resource_;
  std::vector<Trial> trials_;
  std::vector<TrialId> running_;
  Outcome outcome_;
};

}  // namespace troupe::schedulers
