#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "runtime/core/field.hpp"
#include "schedulers/option.hpp"
#include "schedulers/searchers/encoding.hpp"
#include "schedulers/searchers/search_history.hpp"
#include "schedulers/searchers/searcher.hpp"
#include "schedulers/searchers/suggested.hpp"

namespace troupe::schedulers {

/// Options of TpeSearcher.
struct TpeOptions {
  static constexpr std::string_view wire_name = "TpeOptions";
  static constexpr bool learns = true;
  std::uint32_t random_first = 10;  ///< Observed configurations before the estimators are used.
  std::uint32_t candidates = 24;    ///< At least 1.

  static std::span<const Option> described();
  static std::vector<Method<TpeOptions>> methods();
  static auto fields(auto& m) {
    return std::tuple{field("num_init_random", m.random_first),
                      field("num_init_candidates", m.candidates)};
  }
  friend bool operator==(const TpeOptions&, const TpeOptions&) = default;
};

[[nodiscard]] std::unique_ptr<Searcher> make(const TpeOptions& options, const SearchTerms& terms);

/// A multivariate tree-structured Parzen estimator (Bergstra et al. 2011; Falkner et al. 2018) over
/// the highest resource with enough observations; README 15.7.
class TpeSearcher final : public Searcher {
 public:
  TpeSearcher(const TpeOptions& options, const SearchTerms& terms);
  TpeSearcher(const TpeSearcher&) = delete;
  TpeSearcher& operator=(const TpeSearcher&) = delete;

  [[nodiscard]] std::optional<Proposal> suggest(TrialId trial) override;
  void learn(const SearchFact& fact) override;

 private:
  struct Ranked {
    Resource reached = 0;
    double loss = 0;
    TrialId trial = 0;
  };
  [[nodiscard]] std::vector<Ranked> ranked(Resource resource) const;
  [[nodiscard]] std::optional<Proposal> from_estimators(TrialId trial, Resource resource) const;

  TpeOptions options_;
  Space space_;
  std::uint64_t seed_ = 0;
  std::vector<Config> points_;
  SearchHistory history_;
  Encoding encoding_;
  Suggested suggested_;                          ///< Refers to `space_`.
  std::map<TrialId, std::vector<double>> rows_;  ///< See Encoding::compact().
};

}  // namespace troupe::schedulers
