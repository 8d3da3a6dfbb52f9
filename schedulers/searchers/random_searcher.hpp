#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/core/field.hpp"
#include "schedulers/option.hpp"
#include "schedulers/searchers/searcher.hpp"
#include "schedulers/searchers/suggested.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::schedulers {

/// Options of RandomSearcher.
struct RandomSearcherOptions {
  static constexpr std::string_view wire_name = "RandomSearcherOptions";
  static std::span<const Option> described();
  static std::vector<Method<RandomSearcherOptions>> methods();
  static auto fields(auto&) { return no_fields(); }
  friend bool operator==(const RandomSearcherOptions&, const RandomSearcherOptions&) = default;
};

[[nodiscard]] std::unique_ptr<Searcher> make(const RandomSearcherOptions& options,
                                             const SearchTerms& terms);

/// Random search without replacement: first `points`, then independent draws from the space.
///
/// Each trial has its own random stream, so a suggestion depends only on the seed, the trial and
/// the configurations that were assigned. In a finite space every configuration is suggested
/// exactly once. In an infinite space a duplicate (equal to seven digits) is drawn again,
/// Suggested::redraws_max times at most.
class RandomSearcher final : public Searcher {
 public:
  RandomSearcher(Space space, std::uint64_t seed, const std::vector<Config>& points);
  RandomSearcher(const RandomSearcher&) = delete;
  RandomSearcher& operator=(const RandomSearcher&) = delete;

  [[nodiscard]] std::optional<Proposal> suggest(TrialId trial) override;
  void learn(const SearchFact& fact) override;

 private:
  Space space_;
  std::uint64_t seed_ = 0;
  std::vector<Config> points_;  ///< Completed, without duplicates.
  Suggested suggested_;         ///< Refers to `space_`.
};

}  // namespace troupe::schedulers
