#include "actors/study/suggester.hpp"

#include <utility>

#include "schedulers/searchers/suggested.hpp"

namespace troupe::actors {

namespace {

TrialId count(const schedulers::Space& space, const std::vector<schedulers::Config>& points) {
  return static_cast<TrialId>(schedulers::points_in_order(space, points).size());
}

}  // namespace

Suggester::Suggester(const StudySpec& spec, std::uint64_t seed)
    : searcher_(searcher_of(spec, seed)), incumbents_(count(spec.config_space, spec.incumbents)) {}

Suggestion Suggester::suggest(TrialId trial, std::uint64_t at) {
  Suggestion suggestion{.trial = trial, .at = at, .config = {}};
  auto proposal = searcher_->suggest(trial);
  if (!proposal) return suggestion;
  suggestion.config = std::move(proposal->config);
  suggestion.source = trial < incumbents_ ? Suggestion::Source::incumbent : proposal->source;
  suggestion.state = std::move(proposal->state);
  suggestion.basis = std::move(proposal->basis);
  return suggestion;
}

}  // namespace troupe::actors
