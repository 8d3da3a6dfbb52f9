#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "schedulers/events.hpp"
#include "schedulers/searchers/search_history.hpp"
#include "schedulers/surrogates/rank_correlation.hpp"

namespace troupe::schedulers {

/// Which resource a searcher wants to be good at.
enum class ModelledResource {
  automatic,  ///< The highest that has enough data and ranks as the level above it; the only level.
  bohb,       ///< The highest with at least three observations, else the lowest.
  first,      ///< The lowest level.
  final       ///< The maximum resource.
};
constexpr std::array<std::string_view, 4> enum_names(ModelledResource) {
  return {"auto", "bohb", "first", "final"};
}

/// The resource that was chosen, and why.
struct ResourceChoice {
  Resource resource = 0;         ///< 0: none, so that configurations are drawn at random.
  std::size_t observations = 0;  ///< At that resource.
  /// `automatic`: with the level above, over the trials that have both; none at the maximum.
  std::optional<RankCorrelation> correlation{};
};

/// `enough`: the least number of observations
/// for `automatic`. There is at least one observation. README 15.6.
[[nodiscard]] ResourceChoice choose_resource(ModelledResource rule, const SearchHistory& history,
                                             std::size_t enough);

/// The highest resource with at least `enough` observations; none if there is none.
[[nodiscard]] std::optional<Resource> highest_with(const SearchHistory& history,
                                                   std::size_t enough);

}  // namespace troupe::schedulers
