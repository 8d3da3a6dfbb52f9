#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "schedulers/events.hpp"
#include "schedulers/mode.hpp"
#include "schedulers/searchers/search_facts.hpp"
#include "schedulers/space/config.hpp"
#include "schedulers/space/space.hpp"

namespace troupe::schedulers {

/// Where a configuration comes from.
enum class SuggestionSource {
  unknown,             ///< Not recorded, or nothing was proposed.
  incumbent,           ///< Of a memory, or of `incumbents` in the study file.
  points_to_evaluate,  ///< Of the study file.
  random,
  grid,
  sobol,
  model,  ///< Of a searcher that learns from the reports.
  late,   ///< Drawn at random, because the searcher's own proposal was not ready in time.
};
constexpr std::array<std::string_view, 8> enum_names(SuggestionSource) {
  return {"unknown", "incumbent", "points_to_evaluate", "random", "grid", "sobol", "model", "late"};
}

/// What the proposal of a model is based on. Recorded for people; nothing depends on it.
struct ModelBasis {
  static constexpr std::string_view wire_name = "searcher.ModelBasis";
  Resource resource = 0;           ///< Whose metric was modelled.
  std::uint64_t observations = 0;  ///< At that resource.
  std::optional<double>
      correlation{};  ///< Of its ranks with the next level's; see ModelledResource.
  std::optional<double> expected_improvement{};  ///< In standard deviations of the losses.
  /// One for each number, integer and category that is searched, in the space scaled to [0, 1].
  std::vector<double> length_scales{};
  static auto fields(auto& m) {
    return std::tuple{field("resource", m.resource), field("observations", m.observations),
                      field("correlation", m.correlation),
                      field("expected_improvement", m.expected_improvement),
                      field("length_scales", m.length_scales)};
  }
  friend bool operator==(const ModelBasis&, const ModelBasis&) = default;
};

/// A configuration that a searcher proposes.
struct Proposal {
  Config config;
  SuggestionSource source = SuggestionSource::unknown;
  /// What the searcher needs to go on from here, in a form of its own. It comes back with
  /// ConfigAssigned. None: the configuration is enough.
  std::optional<std::string> state{};
  std::optional<ModelBasis> basis{};  ///< Of a model's proposal.
};

/// A searcher: proposes configurations. It is a state machine like a scheduler.
class Searcher {
 public:
  virtual ~Searcher() = default;

  /// Proposes the configuration of `trial`; none if every configuration of the space was assigned,
  /// and from then on. The result is a function of the options, `trial` and the facts so far: being
  /// asked changes nothing. Trials are asked for in the order 0, 1, 2, ...; `trial` is the number
  /// of ConfigAssigned so far.
  [[nodiscard]] virtual std::optional<Proposal> suggest(TrialId trial) = 0;

  /// Takes the next fact of the study. A report replaces an earlier one of its trial at its
  /// resource.
  virtual void learn(const SearchFact& fact) = 0;
};

/// What a study decides for every searcher.
struct SearchTerms {
  Space space;
  std::uint64_t seed = 0;
  std::vector<Config> points_to_evaluate{};  ///< Suggested first; may be partial.
  Mode mode = Mode::min;
  Resource max_resource = 0;            ///< 0: unknown.
  std::vector<Resource> rung_levels{};  ///< Ascending, the last one is max_resource; may be empty.
};

}  // namespace troupe::schedulers
