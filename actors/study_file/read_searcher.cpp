#include "actors/study_file/read_searcher.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace troupe::actors {
namespace {

/// Names that a later release will know, or that other tools have.
constexpr std::array foreign_searchers{std::string_view("mobster"), std::string_view("bayesopt"),
                                       std::string_view("gp"), std::string_view("kde"),
                                       std::string_view("tpe")};

/// Reports a name that this release does not know although people do; true if so.
bool refuse_foreign_name(Section& section) {
  const Member* name = section.find("name");
  const auto* text = name == nullptr ? nullptr : name->value.as<std::string>();
  if (text == nullptr || std::ranges::find(foreign_searchers, *text) == foreign_searchers.end())
    return false;
  section.error("name", "the searcher '" + *text +
                            "' is not in this release; today there are random, grid and sobol");
  return true;
}

}  // namespace

void read_searcher(Section& top, StudySpec& spec) {
  Section section = top.section("searcher", searcher_keys());
  SearcherSpec& searcher = spec.searcher;
  if (refuse_foreign_name(section)) return;
  if (top.has("searcher")) (void)section.require("name", "random, grid or sobol");
  searcher.name = section.one_of<SearcherSpec::Name>("name", {{"quasi_random", "sobol"}})
                      .value_or(SearcherSpec::Name::random);
  constexpr std::int64_t samples_max = 10'000;
  searcher.num_samples =
      static_cast<std::uint32_t>(section.whole("num_samples", 1, samples_max).value_or(5));
  if (section.has("num_samples") && searcher.name != SearcherSpec::Name::grid)
    section.error("num_samples", "'searcher.num_samples' is for the searcher grid");
  searcher.node = section.text("node").value_or("");
  searcher.actor = section.text("actor").value_or("");
}

}  // namespace troupe::actors
