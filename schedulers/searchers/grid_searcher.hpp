#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "runtime/core/field.hpp"
#include "schedulers/option.hpp"
#include "schedulers/searchers/searcher.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::schedulers {

/// Options of GridSearcher.
struct GridSearcherOptions {
  static constexpr std::string_view wire_name = "GridSearcherOptions";
  /// The most values of a continuous or integer parameter.
  std::uint32_t num_samples = 5;

  static std::span<const Option> described();
  static std::vector<Method<GridSearcherOptions>> methods();
  static auto fields(auto& m) { return std::tuple{field("num_samples", m.num_samples)}; }
  friend bool operator==(const GridSearcherOptions&, const GridSearcherOptions&) = default;
};

[[nodiscard]] std::unique_ptr<Searcher> make(const GridSearcherOptions& options,
                                             const SearchTerms& terms);

/// Grid search: first `points`, then every combination of values once, in nested loops in the order
/// of the study file; the last parameter varies fastest.
///
/// A finite range, a choice or an ordinal takes all its values. A continuous or integer parameter
/// takes `samples` values, evenly spaced on its own scale and including both ends, or all its
/// values if it has no more. Inactive parameters are absent, and forbidden combinations are
/// skipped.
class GridSearcher final : public Searcher {
 public:
  /// After this number of skipped combinations in a row the grid counts as exhausted.
  static constexpr int skipped_max = 1 << 20;

  /// `space`: at least one parameter. `samples`: at least 1.
  GridSearcher(Space space, std::size_t samples, const std::vector<Config>& points);

  [[nodiscard]] std::optional<Proposal> suggest(TrialId trial) override;
  void learn(const SearchFact& fact) override;

 private:
  [[nodiscard]] std::optional<Config> current();
  [[nodiscard]] std::optional<std::size_t> axis_to_advance(const Config& full,
                                                           const Config& config) const;
  void advance(std::size_t axis);

  Space space_;
  std::vector<std::vector<Value>> axes_;  ///< The values of each parameter, in order.
  std::vector<Config> points_;
  std::set<std::string> points_seen_;
  /// By parameter: the last axis that its activity depends on.
  std::vector<std::size_t> decided_by_;
  std::vector<std::size_t> cursor_;  ///< Of the next combination: an index into each axis.
  bool exhausted_ = false;
};

}  // namespace troupe::schedulers
