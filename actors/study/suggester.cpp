#include "actors/study/suggester.hpp"

#include <variant>

#include "runtime/core/overloaded.hpp"
#include "schedulers/searchers/suggested.hpp"

namespace troupe::actors {

namespace {

using Source = Suggestion::Source;

Source source_of_options(const schedulers::SearcherOptions& options) {
  return std::visit(Overloaded{
                        [](const schedulers::RandomSearcherOptions&) { return Source::random; },
                        [](const schedulers::GridSearcherOptions&) { return Source::grid; },
                        [](const schedulers::SobolSearcherOptions&) { return Source::sobol; },
                    },
                    options);
}

TrialId count(const schedulers::Space& space, const std::vector<schedulers::Config>& points) {
  return static_cast<TrialId>(schedulers::points_in_order(space, points).size());
}

}  // namespace

Suggester::Suggester(const StudySpec& spec, std::uint64_t seed)
    : searcher_(searcher_of(spec, seed)),
      own_(source_of_options(spec.searcher.options)),
      incumbents_(count(spec.config_space, spec.incumbents)),
      points_(count(spec.config_space, search_terms(spec, seed).points_to_evaluate)) {}

Suggestion::Source Suggester::source_of(TrialId trial) const {
  if (trial < incumbents_) return Source::incumbent;
  return trial < points_ ? Source::points_to_evaluate : own_;
}

Suggestion Suggester::suggest(TrialId trial, std::uint64_t at) {
  Suggestion suggestion{.trial = trial, .at = at, .config = searcher_->suggest(trial)};
  if (suggestion.config) suggestion.source = source_of(trial);
  return suggestion;
}

}  // namespace troupe::actors
