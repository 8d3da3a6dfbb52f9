#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "actors/study/inputs.hpp"
#include "actors/study_file/study_spec.hpp"
#include "schedulers/searchers/searcher.hpp"

namespace troupe::actors {

/// Stands in for a searcher that learns when a slot has waited too long for its suggestion: draws a
/// configuration at random that no trial has.
class LateSuggestions {
 public:
  LateSuggestions(const StudySpec& spec, std::uint64_t seed);

  /// Takes the facts of the next row.
  void learn(const std::vector<schedulers::SearchFact>& facts) {
    for (const auto& fact : facts) random_->learn(fact);
  }
  /// `at`: number of rows that were taken.
  [[nodiscard]] Suggestion draw(TrialId trial, std::uint64_t at);

 private:
  std::unique_ptr<schedulers::Searcher> random_;
};

}  // namespace troupe::actors
