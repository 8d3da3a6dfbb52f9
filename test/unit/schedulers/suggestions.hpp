#pragma once

#include <array>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "schedulers/searchers/make_searcher.hpp"

namespace troupe::schedulers::test {

/// One of each searcher, with its default options.
inline const std::array<SearcherOptions, 3> every_searcher{
    RandomSearcherOptions{}, GridSearcherOptions{}, SobolSearcherOptions{}};

/// The suggestions of a new searcher for the first trials, each of which reports once; fewer if the
/// space is exhausted.
inline std::vector<Config> suggestions(const SearcherOptions& options, const SearchTerms& terms,
                                       TrialId trials) {
  const auto searcher = make_searcher(options, terms);
  std::vector<Config> configs;
  for (TrialId trial = 0; trial < trials; ++trial) {
    auto proposal = searcher->suggest(trial);
    if (!proposal) break;
    searcher->learn(ConfigAssigned{trial, proposal->config, proposal->state});
    searcher->learn(TrainingBegun{trial, 0, 1});
    searcher->learn(ReportReceived{trial, 1, 0.5});
    configs.push_back(std::move(proposal->config));
  }
  return configs;
}

/// Number of different configurations.
inline std::size_t different(const Space& space, const std::vector<Config>& configs) {
  std::set<std::string> matches;
  for (const Config& config : configs) matches.insert(space.match(config));
  return matches.size();
}

}  // namespace troupe::schedulers::test
