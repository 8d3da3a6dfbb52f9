#include "actors/study/late_suggestions.hpp"

#include <utility>

#include "schedulers/searchers/make_searcher.hpp"

namespace troupe::actors {

LateSuggestions::LateSuggestions(const StudySpec& spec, std::uint64_t seed)
    : random_(make_searcher(schedulers::RandomSearcherOptions{}, search_terms(spec, seed))) {}

Suggestion LateSuggestions::draw(TrialId trial, std::uint64_t at) {
  Suggestion suggestion{.trial = trial, .at = at, .config = {}};
  auto proposal = random_->suggest(trial);
  if (!proposal) return suggestion;
  suggestion.config = std::move(proposal->config);
  suggestion.source = Suggestion::Source::late;
  return suggestion;
}

}  // namespace troupe::actors
