#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "actors/study/study_core.hpp"

namespace troupe::actors::test_study {

using schedulers::Decision;
using Cause = AttemptEnded::Cause;

/// A StudyCore; the test plays the scheduler, the searcher and the nodes.
struct CoreWorld {
  StudyCore core;
  std::uint64_t index = 0;
  std::vector<StudyEvent> events;
  std::vector<Command> commands;

  explicit CoreWorld(StudyRules rules = {.workers_max = 2, .stop = {.trials_started_max = 3}})
      : core(std::move(rules)) {
    feed(StudyOpened{"s", 7, "1"});
    feed(NodeJoined{"n", 2});
  }

  void feed(const Input& input, std::vector<Decision> decisions = {}) {
    Outcome outcome = core.apply(input, index++, decisions);
    core.check_invariants();
    events = std::move(outcome.events);
    commands = std::move(outcome.commands);
  }

  void start(Resource until = 1) {
    const auto offer = core.offer();
    BOOST_REQUIRE(offer.has_value());
    BOOST_REQUIRE(offer->suggestion_for.has_value());
    const TrialId trial = *offer->suggestion_for;
    feed(SlotFreed{offer->node, Suggestion{trial, index, Config{{"lr", 0.1}}}},
         {schedulers::StartTrial{trial, until}});
  }

  void slot(std::vector<Decision> decisions = {}) {
    const auto offer = core.offer();
    BOOST_REQUIRE(offer.has_value());
    feed(SlotFreed{offer->node, {}}, std::move(decisions));
  }

  void report(TrialId trial, Resource resource, double metric, Decision decision,
              std::uint32_t attempt = 1) {
    feed(Reported{trial, attempt, resource, metric, {}}, {std::move(decision)});
  }

  void end(TrialId trial, Cause cause = Cause::exited, std::int32_t code = 0,
           std::uint32_t attempt = 1) {
    feed(AttemptEnded{trial, attempt, cause, code, "exit code " + std::to_string(code), ""});
  }

  template <typename E>
  const E& event() {
    for (const auto& event : events)
      if (const auto* found = std::get_if<E>(&event)) return *found;
    BOOST_FAIL("no event " << E::wire_name);
    throw 0;
  }

  template <typename E>
  bool has_event() const {
    for (const auto& event : events)
      if (std::holds_alternative<E>(event)) return true;
    return false;
  }

  template <typename C>
  const C& command() {
    for (const auto& command : commands)
      if (const auto* found = std::get_if<C>(&command)) return *found;
    BOOST_FAIL("a command is missing");
    throw 0;
  }
};

}  // namespace troupe::actors::test_study
