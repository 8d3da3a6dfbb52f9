#include "actors/study/search_facts.hpp"

#include <variant>

#include "runtime/core/overloaded.hpp"

namespace troupe::actors {

std::vector<schedulers::SearchFact> search_facts(const std::vector<StudyEvent>& events,
                                                 const std::optional<std::string>& state) {
  std::vector<schedulers::SearchFact> facts;
  const auto add = [&facts](schedulers::SearchFact fact) { facts.push_back(std::move(fact)); };
  for (const StudyEvent& event : events)
    std::visit(Overloaded{
                   [&](const TrialStarted& e) {
                     if (e.attempt == 1) add(schedulers::ConfigAssigned{e.trial, e.config, state});
                     add(schedulers::TrainingBegun{e.trial, e.from, e.until});
                   },
                   [&](const TrialPromoted& e) {
                     add(schedulers::TrainingBegun{e.trial, e.from, e.until, true});
                   },
                   [&](const TrialReported& e) {
                     add(schedulers::ReportReceived{e.trial, e.resource, e.metric});
                   },
                   [&](const TrialPaused& e) { add(schedulers::TrainingPaused{e.trial}); },
                   [&](const TrialStopped& e) { add(schedulers::TrainingStopped{e.trial}); },
                   [&](const TrialCompleted& e) { add(schedulers::TrialCompleted{e.trial}); },
                   [&](const TrialFailed& e) {
                     // Otherwise it trains again.
                     if (e.then == TrialFailed::Then::give_up)
                       add(schedulers::TrialFailed{e.trial});
                   },
                   [](const auto&) {},
               },
               event);
  return facts;
}

}  // namespace troupe::actors
