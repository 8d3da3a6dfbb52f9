#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/core/field.hpp"
#include "schedulers/option.hpp"
#include "schedulers/searchers/searcher.hpp"
#include "schedulers/searchers/sobol_sequence.hpp"
#include "schedulers/searchers/suggested.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::schedulers {

/// Options of SobolSearcher.
struct SobolSearcherOptions {
  static constexpr std::string_view wire_name = "SobolSearcherOptions";
  static std::span<const Option> described();
  static std::vector<Method<SobolSearcherOptions>> methods();
  static auto fields(auto&) { return no_fields(); }
  friend bool operator==(const SobolSearcherOptions&, const SobolSearcherOptions&) = default;
};

[[nodiscard]] std::unique_ptr<Searcher> make(const SobolSearcherOptions& options,
                                             const SearchTerms& terms);

/// Quasi-random search: first `points`, then the points of a scrambled Sobol sequence, one
/// dimension for each parameter that is not a constant, mapped to the parameter's scale.
///
/// Points whose configuration is forbidden or was suggested before are skipped. So a suggestion
/// depends only on the seed and the trial, and in a finite space every configuration is suggested
/// exactly once.
class SobolSearcher final : public Searcher {
 public:
  SobolSearcher(Space space, std::uint64_t seed, const std::vector<Config>& points);
  SobolSearcher(const SobolSearcher&) = delete;
  SobolSearcher& operator=(const SobolSearcher&) = delete;

  [[nodiscard]] std::optional<Proposal> suggest(TrialId trial) override;
  void learn(const SearchFact& fact) override;

 private:
  [[nodiscard]] Config config_at(const std::vector<double>& point) const;

  Space space_;
  std::uint64_t seed_ = 0;
  std::vector<Config> points_;  ///< Completed, without duplicates.
  SobolSequence sequence_;
  std::uint64_t behind_ = 0;  ///< Points of the sequence that were used or skipped; the state.
  std::deque<std::vector<double>> ahead_;  ///< Points after these, which were drawn already.
  Suggested suggested_;                    ///< Refers to `space_`.
};

}  // namespace troupe::schedulers
