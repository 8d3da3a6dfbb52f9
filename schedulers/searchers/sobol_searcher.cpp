#include "schedulers/searchers/sobol_searcher.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

#include "runtime/core/check.hpp"
#include "schedulers/searchers/suggested.hpp"

namespace troupe::schedulers {
namespace {

bool is_constant(const Parameter& parameter) {
  return std::holds_alternative<Constant>(parameter.domain);
}

/// Number of parameters that are not constants; at least 1, because a sequence needs a dimension.
std::size_t dimensions(const Space& space) {
  const auto constants = std::ranges::count_if(space.parameters(), is_constant);
  return std::max(space.parameters().size() - static_cast<std::size_t>(constants), std::size_t{1});
}

}  // namespace

std::span<const Option> SobolSearcherOptions::described() {
  return {};
}

std::vector<Method<SobolSearcherOptions>> SobolSearcherOptions::methods() {
  return {{.name = "sobol", .doc = "quasi-random: more even", .synonyms = {"quasi_random"}}};
}

std::unique_ptr<Searcher> make(const SobolSearcherOptions&, const SearchTerms& terms) {
  return std::make_unique<SobolSearcher>(terms.space, terms.seed, terms.points_to_evaluate);
}

SobolSearcher::SobolSearcher(Space space, std::uint64_t seed, const std::vector<Config>& points)
    : space_(std::move(space)),
      seed_(seed),
      points_(points_in_order(space_, points)),
      sequence_(dimensions(space_), seed),
      suggested_(space_, points_) {}

std::optional<Proposal> SobolSearcher::suggest(TrialId trial) {
  if (trial < points_.size()) return Proposal{points_[trial], SuggestionSource::points_to_evaluate};
  Rng rng = Rng::stream(seed_, "config", trial);
  std::size_t looked_at = 0;
  auto config = suggested_.next(
      [&] {
        if (looked_at == ahead_.size()) ahead_.push_back(sequence_.next());
        return config_at(ahead_[looked_at++]);
      },
      rng);
  if (!config) return std::nullopt;
  return Proposal{std::move(*config), SuggestionSource::sobol, std::to_string(behind_ + looked_at)};
}

void SobolSearcher::learn(const SearchFact& fact) {
  const auto* assigned = std::get_if<ConfigAssigned>(&fact);
  if (assigned == nullptr) return;
  suggested_.add(assigned->config);
  if (!assigned->state) return;
  std::uint64_t behind = 0;
  const std::string& text = *assigned->state;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), behind);
  check(read.ec == std::errc() && behind >= behind_, "a sequence goes on from its own state");
  for (; behind_ < behind; ++behind_) {
    if (ahead_.empty())
      (void)sequence_.next();
    else
      ahead_.pop_front();
  }
}

Config SobolSearcher::config_at(const std::vector<double>& point) const {
  auto coordinate = point.begin();
  Config config;
  for (const Parameter& parameter : space_.parameters())
    config.push_back(
        {parameter.name, value_at(parameter.domain, is_constant(parameter) ? 0 : *coordinate++)});
  return space_.trimmed(std::move(config));
}

}  // namespace troupe::schedulers
