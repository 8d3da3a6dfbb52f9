#include "schedulers/searchers/make_searcher.hpp"

#include "schedulers/searchers/grid_searcher.hpp"
#include "schedulers/searchers/random_searcher.hpp"

namespace troupe::schedulers {

std::unique_ptr<Searcher> make_searcher(const SearcherOptions& options) {
  if (options.name == SearcherName::grid)
    return std::make_unique<GridSearcher>(options.space, options.num_samples,
                                          options.points_to_evaluate);
  return std::make_unique<RandomSearcher>(options.space, options.seed, options.points_to_evaluate);
}

}  // namespace troupe::schedulers
