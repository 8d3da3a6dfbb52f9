#include "actors/simulate/simulate_all.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "runtime/parallel.hpp"

namespace troupe::actors {
namespace {

constexpr std::size_t seeds_max = 100'000;

std::optional<std::uint64_t> whole(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Result<std::vector<std::uint64_t>> read_seeds(std::string_view text) {
  std::vector<std::uint64_t> seeds;
  const Error refusal{ErrorKind::bad_input, "'" + std::string(text) +
                                                "' is no list of seeds; expected one like 0..24 or "
                                                "3,5,8, of at most " +
                                                std::to_string(seeds_max)};
  for (std::string_view rest = text;;) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    const std::string_view part = rest.substr(0, comma);
    const std::size_t dots = part.find("..");
    const auto first = whole(part.substr(0, std::min(dots, part.size())));
    const auto last = dots == part.npos ? first : whole(part.substr(dots + 2));
    if (!first || !last || *last < *first || *last - *first >= seeds_max) return refusal;
    for (std::uint64_t seed = *first; seed <= *last; ++seed)
      if (std::ranges::find(seeds, seed) == seeds.end()) seeds.push_back(seed);
    if (seeds.size() > seeds_max) return refusal;
    if (comma == rest.size()) return seeds;
    rest.remove_prefix(comma + 1);
  }
}

Result<std::vector<SimulationOutcome>> simulate_all(
    const std::vector<SimulationPlan>& plans, std::size_t jobs,
    const std::function<void(std::size_t done)>& progress) {
  std::vector<std::optional<Result<SimulationOutcome>>> results(plans.size());
  runtime::for_each_parallel(
      plans.size(), jobs, [&](std::size_t i) { results[i] = simulate(plans[i]); }, progress);
  std::vector<SimulationOutcome> outcomes;
  outcomes.reserve(plans.size());
  for (auto& result : results) {
    if (!*result) return result->error();
    outcomes.push_back(std::move(*result).value());
  }
  return outcomes;
}

}  // namespace troupe::actors
