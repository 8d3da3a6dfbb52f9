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

/// What may go wrong in a world, each as one chance in so many steps; 0: never.
struct Mishaps {
  std::uint64_t failure = 0;
  std::uint64_t completion = 0;  ///< A program ends by itself before its milestone.
  std::uint64_t divergence = 0;  ///< A metric is NaN.
  std::uint64_t gap = 0;         ///< Reports are skipped, past a milestone perhaps.
  std::uint64_t late = 0;        ///< A skipped resource is reported after all.
  std::uint64_t duplicate = 0;   ///< A resource is reported again, with another metric.
  std::uint64_t stale = 0;       ///< A trial that does not run reports, or one that never was.
};

/// A cluster without time: in each step one of the running programs, picked at random, does
/// something. Every answer of the scheduler that breaks the contract in events.hpp is a
/// CheckFailure.
class SchedulerWorld {
 public:
  struct Outcome {
    std::vector<Decision> decisions;  ///< Without those that ignored a report.
    Resource ceiling = 0;
    std::size_t resumed = 0;
    std::size_t ignored = 0;
    std::size_t unlocked = 0;
  };

  SchedulerWorld(std::unique_ptr<Scheduler> scheduler, std::uint64_t seed, Mishaps mishaps,
                 Resource max_resource);

  /// Until `trials` have started and none may go on any more.
  Outcome run(std::size_t trials, std::size_t workers);

 private:
  enum class State { running, paused, finished };
  struct Trial {
    State state = State::running;
    Resource until = 0;
    Resource last = 0;  ///< The highest resource reported.
    double quality = 0;
    bool diverged = false;
    std::map<Resource, double> metrics;  ///< The first of each resource.
  };

  /// The scheduler's answer; checks its invariants after it.
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
  Rng noise_;  ///< Of duplicates and stale reports only, so that they change nothing else.
  Mishaps mishaps_;
  Resource max_resource_;
  std::vector<Trial> trials_;
  std::vector<TrialId> running_;
  Outcome outcome_;
};

}  // namespace troupe::schedulers
