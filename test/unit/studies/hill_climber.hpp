#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "schedulers/searchers/searcher.hpp"
#include "schedulers/searchers/suggested.hpp"

namespace troupe::actors {

/// The smallest searcher that learns: half of each configuration is that of the best trial so far
/// which trains or has trained, the other half is drawn. Its state is the number of trials that it
/// has built on, so that it notices if a state is lost. Each fact matters to it, and their order.
class HillClimber final : public schedulers::Searcher {
 public:
  explicit HillClimber(const schedulers::SearchTerms& terms)
      : terms_(terms), assigned_(terms_.space, {}) {}
  HillClimber(const HillClimber&) = delete;
  HillClimber& operator=(const HillClimber&) = delete;

  [[nodiscard]] std::optional<schedulers::Proposal> suggest(schedulers::TrialId trial) override;
  void learn(const schedulers::SearchFact& fact) override;

 private:
  schedulers::SearchTerms terms_;
  schedulers::Suggested assigned_;  ///< Refers to `terms_`.
  std::map<schedulers::TrialId, schedulers::Config> configs_;
  std::optional<schedulers::TrialId> best_;
  double best_loss_ = 0;
  std::uint64_t built_on_ = 0;
  std::uint64_t facts_ = 0;
};

}  // namespace troupe::actors
