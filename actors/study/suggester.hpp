#pragma once

#include <cstdint>
#include <memory>

#include "actors/study/inputs.hpp"
#include "actors/study_file/study_spec.hpp"
#include "schedulers/searchers/searcher.hpp"

namespace troupe::actors {

/// The searcher that a study file names; tells where its suggestions come from.
class Suggester {
 public:
  Suggester(const StudySpec& spec, std::uint64_t seed);

  /// As Searcher::suggest. `at`: number of rows that the searcher knows.
  [[nodiscard]] Suggestion suggest(TrialId trial, std::uint64_t at);
  void observe(TrialId trial, Resource resource, double metric) {
    searcher_->observe(trial, resource, metric);
  }

 private:
  [[nodiscard]] Suggestion::Source source_of(TrialId trial) const;

  std::unique_ptr<schedulers::Searcher> searcher_;
  Suggestion::Source own_ = Suggestion::Source::model;  ///< Of the searcher's own proposals.
  TrialId incumbents_ = 0;                              ///< Trials below this one are incumbents.
  TrialId points_ = 0;  ///< Trials below this one, and no incumbents, are points_to_evaluate.
};

}  // namespace troupe::actors
