#pragma once

#include <string>
#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "schedulers/async_successive_halving.hpp"

namespace troupe::schedulers {

/// An asynchronous scheduler under test and helpers that send it events.
struct HalvingFixture {
  explicit HalvingFixture(const AsyncSuccessiveHalvingOptions& options) : halving(options) {}

  /// Levels 1, 3, 9 and R = 27, so a third of each rung passes.
  static AsyncSuccessiveHalvingOptions options(Rule rule, Ceiling ceiling = Ceiling::fixed) {
    AsyncSuccessiveHalvingOptions options;
    options.rule = rule;
    options.ceiling = ceiling;
    options.max_resource = 27;
    return options;
  }

  Decision offer(SlotOpened::Offer what = SlotOpened::Offer::anything) {
    return answer(SlotOpened{what});
  }

  TrialId start() { return std::get<StartTrial>(offer()).trial; }

  Decision report(TrialId trial, Resource resource, double metric) {
    return answer(ReportReceived{trial, resource, metric});
  }

  /// Returns the first decision; stores those that follow it in `unlocked` and `raised`.
  Decision answer(const Event& event) {
    const auto decisions = halving.on(event);
    if (checks_invariants) halving.check_invariants();
    BOOST_REQUIRE(!decisions.empty());
    unlocked.clear();
    raised.clear();
    for (std::size_t i = 1; i < decisions.size(); ++i)
      if (const auto* hurdle = std::get_if<HurdleRaised>(&decisions[i]))
        raised.push_back(*hurdle);
      else
        unlocked.push_back(std::get<RungUnlocked>(decisions[i]));
    return decisions[0];
  }

  /// Starts a trial for each metric, then reports all metrics at resource `rung`; returns the
  /// decisions.
  std::vector<Decision> fill(const std::vector<double>& metrics, Resource rung = 1) {
    std::vector<TrialId> trials;
    for (std::size_t i = 0; i < metrics.size(); ++i) trials.push_back(start());
    std::vector<Decision> answers;
    for (std::size_t i = 0; i < metrics.size(); ++i)
      answers.push_back(report(trials[i], rung, metrics[i]));
    return answers;
  }

  [[nodiscard]] std::vector<TrialId> in_rung(std::size_t rung) const {
    std::vector<TrialId> trials;
    halving.rungs().at(rung).entries().for_each(
        [&](const RungEntry& entry) { trials.push_back(entry.trial); });
    return trials;
  }

  AsyncSuccessiveHalving halving;
  bool checks_invariants = true;  ///< After each event; false for thousands of trials.
  std::vector<RungUnlocked> unlocked;
  std::vector<HurdleRaised> raised;
};

}  // namespace troupe::schedulers
