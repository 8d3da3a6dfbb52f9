#include "schedulers/searchers/make_searcher.hpp"

#include "schedulers/searchers/grid_searcher.hpp"
#include "schedulers/searchers/random_searcher.hpp"
#include "schedulers/searchers/sobol_searcher.hpp"

namespace troupe::schedulers {

std::unique_ptr<Searcher> make_searcher(const SearcherOptions& options) {
  const auto& [name, space, seed, points, num_samples] = options;
  switch (name) {
    case SearcherName::grid:
      return std::make_unique<GridSearcher>(space, num_samples, points);
    case SearcherName::sobol:
      return std::make_unique<SobolSearcher>(space, seed, points);
    default:
      return std::make_unique<RandomSearcher>(space, seed, points);
  }
}

}  // namespace troupe::schedulers
