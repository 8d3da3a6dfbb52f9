#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "schedulers/option.hpp"
#include "schedulers/searchers/grid_searcher.hpp"
#include "schedulers/searchers/mobster_searcher.hpp"
#include "schedulers/searchers/random_searcher.hpp"
#include "schedulers/searchers/searcher.hpp"
#include "schedulers/searchers/sobol_searcher.hpp"
#include "schedulers/searchers/tpe_searcher.hpp"

namespace troupe::schedulers {

/// The options of one searcher. This list registers the searchers. Each struct of options provides
/// described(), methods() and make(options, terms).
using SearcherOptions = std::variant<RandomSearcherOptions, GridSearcherOptions,
                                     SobolSearcherOptions, MobsterOptions, TpeOptions>;

using SearcherMethod = Method<SearcherOptions>;

/// All searchers, in the order of SearcherOptions.
[[nodiscard]] const std::vector<SearcherMethod>& searcher_methods();

/// The searcher with that name or synonym; null if there is none.
[[nodiscard]] const SearcherMethod* searcher_method(std::string_view name);

/// The descriptions for one searcher's struct of options.
[[nodiscard]] std::span<const Option> described(const SearcherOptions& options);

/// Whether its proposals depend on reports. They may take seconds then.
[[nodiscard]] bool learns(const SearcherOptions& options);

[[nodiscard]] std::unique_ptr<Searcher> make_searcher(const SearcherOptions& options,
                                                      const SearchTerms& terms);

}  // namespace troupe::schedulers
