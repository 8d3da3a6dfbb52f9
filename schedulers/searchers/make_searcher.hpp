#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "schedulers/searchers/searcher.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::schedulers {

enum class SearcherName { random, grid, sobol };
constexpr std::array<std::string_view, 3> enum_names(SearcherName) {
  return {"random", "grid", "sobol"};
}

struct SearcherOptions {
  SearcherName name = SearcherName::random;
  Space space;
  std::uint64_t seed = 0;
  std::vector<Config> points_to_evaluate{};  ///< Suggested first; may be partial.
  std::size_t num_samples = 5;  ///< grid: values of a continuous or integer parameter, at most.
};

[[nodiscard]] std::unique_ptr<Searcher> make_searcher(const SearcherOptions& options);

}  // namespace troupe::schedulers
