#include "schedulers/searchers/mobster_searcher.hpp"

#include <array>
#include <utility>
#include <variant>

namespace troupe::schedulers {

namespace {

constexpr std::array mobster_option_list{
    option<&MobsterOptions::kernel>({
        .key = "surrogate",
        .methods = {"mobster"},
        .example = "exp_decay_sum",
        .doc = "mobster: how metrics of different resources are related. Default {default}",
    }),
    option<&MobsterOptions::resource>({
        .key = "resource",
        .methods = {"mobster"},
        .synonyms = {Synonym{"auto", "auto"}},
        .example = "auto",
        .doc = "mobster: where it wants to be good. auto: the highest rung with enough data\n"
               "that agrees with the next one; or bohb, first, final. Default {default}",
    }),
    option<&MobsterOptions::input_warping>({
        .key = "input_warping",
        .methods = {"mobster", "bo"},
        .example = "true",
        .doc = "mobster, bo: learn a scale for each parameter. Default {default}",
    }),
    option<&MobsterOptions::box_cox>({
        .key = "box_cox",
        .methods = {"mobster", "bo"},
        .example = "true",
        .doc = "mobster, bo: learn a scale for the metric. Default {default}",
    }),
    option<&MobsterOptions::random_first>({
        .key = "num_init_random",
        .most = 1'000'000,
        .methods = {"mobster", "bo"},
        .example = "6",
        .doc = "mobster, bo, tpe: configurations that are drawn at random first. Default {default} "
               "(tpe: 10)",
    }),
    option<&MobsterOptions::candidates>({
        .key = "num_init_candidates",
        .least = 2,
        .most = 100'000,
        .methods = {"mobster", "bo"},
        .example = "250",
        .doc =
            "mobster, bo, tpe: random configurations to choose from. Default {default} (tpe: 24)",
    }),
    option<&MobsterOptions::observations_max>({
        .key = "max_size_data_for_model",
        .least = 50,
        .most = 10'000,
        .methods = {"mobster", "bo"},
        .example = "500",
        .doc = "mobster, bo: observations in the model at most. Default {default}",
    }),
};

}  // namespace

std::span<const Option> MobsterOptions::described() {
  return mobster_option_list;
}

std::vector<Method<MobsterOptions>> MobsterOptions::methods() {
  return {
      {.name = "mobster",
       .doc = "a Gaussian process over configuration and resource (MOBSTER)",
       .options = {}},
      {.name = "bo",
       .doc = "a Gaussian process over the configuration, for programs that report once",
       .options = {.kernel = ResourceKernel::matern52, .one_level = true},
       .synonyms = {"bayesopt", "gp"}},
  };
}

std::unique_ptr<Searcher> make(const MobsterOptions& options, const SearchTerms& terms) {
  if (!options.one_level) return std::make_unique<MobsterSearcher>(options, terms);
  SearchTerms without_levels = terms;
  without_levels.rung_levels.clear();
  without_levels.max_resource = 0;
  return std::make_unique<MobsterSearcher>(options, without_levels);
}

MobsterSearcher::MobsterSearcher(const MobsterOptions& options, const SearchTerms& terms)
    : options_(options),
      space_(terms.space),
      seed_(terms.seed),
      points_(points_in_order(space_, terms.points_to_evaluate)),
      history_(terms),
      encoding_(space_),
      suggested_(space_, points_),
      surrogate_(new_surrogate()) {}

Surrogate MobsterSearcher::new_surrogate() const {
  SurrogateModel model{.kernel = options_.kernel, .dimensions = encoding_.dimensions()};
  // A process for each level is a plain Gaussian process where there is one level.
  if (history_.levels().size() == 1) model.kernel = ResourceKernel::independent;
  if (options_.input_warping) model.warped = encoding_.numeric();
  model.levels.clear();
  for (const Resource level : history_.levels()) model.levels.push_back(coordinate(level));
  return {
      std::move(model),
      {.box_cox = options_.box_cox, .observations_max = options_.observations_max, .seed = seed_}};
}

double MobsterSearcher::coordinate(Resource resource) const {
  return encoded_resource(resource, history_.max_resource());
}

void MobsterSearcher::learn(const SearchFact& fact) {
  history_.learn(fact);
  if (const auto* assigned = std::get_if<ConfigAssigned>(&fact)) {
    suggested_.add(assigned->config);
    rows_[assigned->trial] = encoding_.encoded(assigned->config);
  }
}

/// Gives the surrogate the observations that are new.
void MobsterSearcher::update() {
  if (replaced_ != history_.replaced()) surrogate_ = new_surrogate();
  replaced_ = history_.replaced();
  while (surrogate_.count() < history_.observations().size()) {
    const Observation& one = history_.observations()[surrogate_.count()];
    surrogate_.observe(one, row(one.trial), coordinate(one.resource));
  }
}

std::optional<Proposal> MobsterSearcher::suggest(TrialId trial) {
  auto proposal = propose(trial);
  if (!proposal) return std::nullopt;
  Proposal result{std::move(proposal->config), proposal->source};
  if (proposal->source == SuggestionSource::model)
    result.basis =
        ModelBasis{.resource = proposal->modelled.resource,
                   .observations = proposal->modelled.observations,
                   .correlation = proposal->modelled.correlation
                                      ? std::optional(proposal->modelled.correlation->value)
                                      : std::nullopt,
                   .expected_improvement = proposal->expected_improvement,
                   .length_scales = std::move(proposal->length_scales)};
  return result;
}

std::optional<ModelProposal> MobsterSearcher::propose(TrialId trial) {
  if (trial < points_.size())
    return ModelProposal{.config = points_[trial], .source = SuggestionSource::points_to_evaluate};
  update();
  ModelProposal random;
  if (history_.order().size() >= options_.random_first && surrogate_.count() > 0 &&
      encoding_.dimensions() > 0) {
    const std::size_t enough = encoding_.parameters() + 2;  // As BOHB.
    random.modelled = choose_resource(options_.resource, history_, enough);
    if (random.modelled.resource > 0) return from_model(trial, random.modelled);
  }
  Rng rng = Rng::stream(seed_, "config", trial);
  auto config = suggested_.next([&] { return space_.sample(rng); }, rng);
  if (!config) return std::nullopt;
  random.config = std::move(*config);
  return random;
}

/// New and allowed configurations: all that remain, if they are few, else random ones.
std::vector<Config> MobsterSearcher::candidates(Rng& rng) const {
  if (auto all = suggested_.remaining(options_.candidates)) return std::move(*all);
  std::vector<Config> drawn;
  // Where most draws are forbidden or duplicates, fewer candidates are enough.
  constexpr int draws_max = 20'000;
  int draws = 0;
  while (drawn.size() < options_.candidates && (drawn.empty() || draws < draws_max)) {
    auto config = suggested_.next(
        [&] {
          ++draws;
          return space_.sample(rng);
        },
        rng);
    if (!config) break;
    drawn.push_back(std::move(*config));
  }
  return drawn;
}

std::optional<ModelProposal> MobsterSearcher::from_model(TrialId trial,
                                                         const ResourceChoice& choice) {
  Rng rng = Rng::stream(seed_, "model", trial);
  std::vector<Config> configs = candidates(rng);
  if (configs.empty()) return std::nullopt;
  const double z = coordinate(choice.resource);
  SurrogateQuery query;
  for (const auto& [running, level] : history_.pending())
    query.pending.add(row(running), coordinate(level));
  for (const auto& [known, own] : history_.trials())
    if (own.observed > 0 || own.running_to > 0) query.known.add(row(known), z);
  for (const Config& config : configs) query.candidates.add(encoding_.encoded(config), z);
  const SurrogateProposal found = surrogate_.propose(query, rng);
  ModelProposal proposal{.config = std::move(configs[found.candidate]),
                         .source = SuggestionSource::model,
                         .modelled = choice,
                         .expected_improvement = found.improvement};
  Config refined = encoding_.decoded(found.refined);
  if (space_.forbidding(refined) == nullptr && !suggested_.contains(refined)) {
    proposal.config = std::move(refined);
    proposal.refined = true;
  }
  for (const double length : surrogate_.inverse_lengths())
    proposal.length_scales.push_back(1 / length);
  return proposal;
}

}  // namespace troupe::schedulers
