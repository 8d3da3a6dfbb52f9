#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "runtime/core/field.hpp"
#include "runtime/core/rng.hpp"
#include "schedulers/option.hpp"
#include "schedulers/searchers/encoding.hpp"
#include "schedulers/searchers/modelled_resource.hpp"
#include "schedulers/searchers/search_history.hpp"
#include "schedulers/searchers/searcher.hpp"
#include "schedulers/searchers/suggested.hpp"
#include "schedulers/surrogates/surrogate.hpp"

namespace troupe::schedulers {

/// Options of MobsterSearcher.
struct MobsterOptions {
  static constexpr std::string_view wire_name = "MobsterOptions";
  static constexpr bool learns = true;
  ResourceKernel kernel = ResourceKernel::exp_decay_sum;
  ModelledResource resource = ModelledResource::automatic;
  bool input_warping = false;
  bool box_cox = false;
  std::uint32_t observations_max = 500;  ///< In the model; at least 50.
  std::uint32_t candidates = 250;        ///< At least 2.
  std::uint32_t random_first = 6;        ///< Configurations before the model is used.
  /// Whether each trial has one metric, that of its latest report: plain Bayesian optimization.
  bool one_level = false;

  static std::span<const Option> described();
  static std::vector<Method<MobsterOptions>> methods();
  static auto fields(auto& m) {
    return std::tuple{field("surrogate", m.kernel),
                      field("resource", m.resource),
                      field("input_warping", m.input_warping),
                      field("box_cox", m.box_cox),
                      field("max_size_data_for_model", m.observations_max),
                      field("num_init_candidates", m.candidates),
                      field("num_init_random", m.random_first),
                      field("one_level", m.one_level)};
  }
  friend bool operator==(const MobsterOptions&, const MobsterOptions&) = default;
};

[[nodiscard]] std::unique_ptr<Searcher> make(const MobsterOptions& options,
                                             const SearchTerms& terms);

/// A configuration that a model proposes, and why.
struct ModelProposal {
  Config config;
  SuggestionSource source = SuggestionSource::random;
  bool refined = false;  ///< A local maximum of the acquisition near the best random candidate.
  ResourceChoice modelled{};
  double expected_improvement = 0;  ///< In standard deviations of the losses.
  /// For each coordinate (see Encoding) the length over which losses vary.
  std::vector<double> length_scales{};
};

/// MOBSTER (Klein et al. 2020): Bayesian optimization with a Gaussian process over configurations
/// and resources; README 15.
///
/// Besides the facts the searcher keeps caches only: a new one proposes the same after the same
/// facts.
class MobsterSearcher final : public Searcher {
 public:
  MobsterSearcher(const MobsterOptions& options, const SearchTerms& terms);
  MobsterSearcher(const MobsterSearcher&) = delete;
  MobsterSearcher& operator=(const MobsterSearcher&) = delete;

  [[nodiscard]] std::optional<Proposal> suggest(TrialId trial) override;
  void learn(const SearchFact& fact) override;
  /// As suggest(), with the reasons.
  [[nodiscard]] std::optional<ModelProposal> propose(TrialId trial);
  [[nodiscard]] const SearchHistory& history() const { return history_; }

 private:
  void update();
  [[nodiscard]] Surrogate new_surrogate() const;
  [[nodiscard]] std::optional<ModelProposal> from_model(TrialId trial,
                                                        const ResourceChoice& choice);
  [[nodiscard]] std::vector<Config> candidates(Rng& rng) const;
  [[nodiscard]] double coordinate(Resource resource) const;
  [[nodiscard]] const std::vector<double>& row(TrialId trial) const { return rows_.at(trial); }

  MobsterOptions options_;
  Space space_;
  std::uint64_t seed_ = 0;
  std::vector<Config> points_;
  SearchHistory history_;
  Encoding encoding_;
  Suggested suggested_;  ///< Refers to `space_`.
  Surrogate surrogate_;
  std::size_t replaced_ = 0;                     ///< See SearchHistory::replaced().
  std::map<TrialId, std::vector<double>> rows_;  ///< Encoded configurations.
};

}  // namespace troupe::schedulers
