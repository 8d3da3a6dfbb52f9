#pragma once

#include <variant>
#include <vector>

#include <boost/test/unit_test.hpp>

#include "schedulers/scheduler.hpp"

namespace troupe::schedulers {

/// A scheduler under test and helpers that send it events.
template <typename S>
struct SchedulerFixture {
  template <typename Options>
  explicit SchedulerFixture(const Options& options) : scheduler(options) {}

  Decision offer(SlotOpened::Offer what = SlotOpened::Offer::anything) {
    return answer(SlotOpened{what});
  }
  Decision offer_promotions() { return offer(SlotOpened::Offer::promotions); }

  TrialId start() { return std::get<StartTrial>(offer()).trial; }

  Decision report(TrialId trial, Resource resource, double metric) {
    return answer(ReportReceived{trial, resource, metric});
  }

  void fail(TrialId trial) { follow(scheduler.on(TrialFailed{trial}), 0); }
  void complete(TrialId trial) { follow(scheduler.on(TrialCompleted{trial}), 0); }

  /// Returns the first decision; stores the hurdles that follow it in `raised`.
  Decision answer(const Event& event) {
    const auto decisions = scheduler.on(event);
    BOOST_REQUIRE(!decisions.empty());
    follow(decisions, 1);
    return decisions[0];
  }

  void follow(const std::vector<Decision>& decisions, std::size_t from) {
    scheduler.check_invariants();
    raised.clear();
    for (std::size_t i = from; i < decisions.size(); ++i)
      raised.push_back(std::get<HurdleRaised>(decisions[i]));
  }

  S scheduler;
  std::vector<HurdleRaised> raised;
};

}  // namespace troupe::schedulers
