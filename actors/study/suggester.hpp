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
  void learn(const schedulers::SearchFact& fact) { searcher_->learn(fact); }

 private:
  std::unique_ptr<schedulers::Searcher> searcher_;
  TrialId incumbents_ = 0;  ///< Trials below this one are incumbents.
};

}  // namespace troupe::actors
