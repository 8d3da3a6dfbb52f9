#include "schedulers/searchers/make_searcher.hpp"

#include <algorithm>
#include <utility>

namespace troupe::schedulers {
const std::vector<SearcherMethod>& searcher_methods() {
  static const auto methods = all_methods<SearcherOptions>();
  return methods;
}

const SearcherMethod* searcher_method(std::string_view name) {
  return find_method(searcher_methods(), name);
}

std::span<const Option> described(const SearcherOptions& options) {
  return std::visit([](const auto& one) { return one.described(); }, options);
}

bool learns(const SearcherOptions& options) {
  return std::visit(
      []<typename One>(const One&) {
        if constexpr (requires { One::learns; }) return One::learns;
        return false;
      },
      options);
}

std::unique_ptr<Searcher> make_searcher(const SearcherOptions& options, const SearchTerms& terms) {
  return std::visit([&](const auto& one) { return make(one, terms); }, options);
}

}  // namespace troupe::schedulers
