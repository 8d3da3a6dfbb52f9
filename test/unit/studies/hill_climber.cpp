#include "test/unit/studies/hill_climber.hpp"

#include <utility>
#include <variant>

#include "runtime/core/check.hpp"
#include "runtime/core/rng.hpp"

namespace troupe::actors {

using namespace schedulers;

std::optional<Proposal> HillClimber::suggest(TrialId trial) {
  check(trial == configs_.size(), "a suggestion is asked for once the one before was assigned");
  Rng rng = Rng::stream(terms_.seed, "climb", trial * 1'000'003ULL + facts_);
  auto config = assigned_.next(
      [&] {
        Config drawn = terms_.space.sample(rng);
        if (!best_) return drawn;
        for (Setting& setting : drawn)
          if (const Value* value = find(configs_.at(*best_), setting.name);
              value != nullptr && rng.below(2) == 0)
            setting.value = *value;
        return drawn;
      },
      rng);
  if (!config) return std::nullopt;
  return Proposal{std::move(*config), best_ ? SuggestionSource::model : SuggestionSource::random,
                  std::to_string(built_on_ + (best_ ? 1 : 0))};
}

void HillClimber::learn(const SearchFact& fact) {
  ++facts_;
  if (const auto* assigned = std::get_if<ConfigAssigned>(&fact)) {
    check(assigned->trial == configs_.size(), "trials are assigned in their order");
    configs_.emplace(assigned->trial, assigned->config);
    assigned_.add(assigned->config);
    built_on_ = std::stoull(assigned->state.value());
  }
  if (const auto* report = std::get_if<ReportReceived>(&fact)) {
    const double loss = loss_of(terms_.mode, report->metric);
    if (best_ && loss >= best_loss_) return;
    best_ = report->trial;
    best_loss_ = loss;
  }
}

}  // namespace troupe::actors
