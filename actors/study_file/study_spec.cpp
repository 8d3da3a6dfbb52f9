#include "actors/study_file/study_spec.hpp"

#include <utility>

#include "schedulers/searchers/suggested.hpp"

namespace troupe::actors {

schedulers::StudyTerms study_terms(const StudySpec& spec, std::uint64_t seed) {
  schedulers::StudyTerms terms{.mode = spec.mode,
                               .max_resource = spec.max_t,
                               .on_early_exit = spec.on_early_exit,
                               .seed = seed};
  // Trials are numbered in the order of their start, and the incumbents start first.
  const auto first = points_in_order(spec.config_space, spec.incumbents);
  for (schedulers::TrialId trial = 0; trial < first.size(); ++trial)
    terms.incumbents.push_back(trial);
  return terms;
}

schedulers::SchedulerOptions scheduler_options(const StudySpec& spec, std::uint64_t seed) {
  schedulers::SchedulerOptions options = spec.scheduler.options;
  apply_study(study_terms(spec, seed), options);
  return options;
}

schedulers::SchedulerOptions scheduler_options(const StudySpec& spec) {
  return scheduler_options(spec, spec.seed);
}

schedulers::SearchTerms search_terms(const StudySpec& spec, std::uint64_t seed) {
  std::vector<schedulers::Config> points = spec.incumbents;
  points.insert(points.end(), spec.points_to_evaluate.begin(), spec.points_to_evaluate.end());
  return {.space = spec.config_space,
          .seed = seed,
          .points_to_evaluate = std::move(points),
          .mode = spec.mode,
          .max_resource = spec.has_max_resource() ? spec.max_t : 0,
          .rung_levels = {}};
}

std::unique_ptr<schedulers::Searcher> searcher_of(const StudySpec& spec, std::uint64_t seed) {
  schedulers::SearchTerms terms = search_terms(spec, seed);
  terms.rung_levels = compared_rungs(spec);
  return make_searcher(spec.searcher.options, terms);
}

Entry::Booleans booleans_of(const StudySpec& spec) {
  if (spec.entry.booleans != Entry::Booleans::automatic) return spec.entry.booleans;
  return spec.report.format == ReportFormat::Format::syne_tune ? Entry::Booleans::python
                                                               : Entry::Booleans::lower;
}

std::vector<schedulers::Resource> rungs_of(const StudySpec& spec) {
  const auto brackets = outline(scheduler_options(spec), std::nullopt);
  std::vector<schedulers::Resource> levels;
  for (const schedulers::RungOutline& rung : brackets.front().rungs)
    levels.push_back(rung.resource);
  return levels;
}

std::vector<schedulers::Resource> compared_rungs(const StudySpec& spec) {
  const bool compares =
      traits(spec.scheduler.options).judges != schedulers::SchedulerTraits::Judges::nothing;
  if (!compares || !problems(scheduler_options(spec)).empty()) return {};
  return rungs_of(spec);
}

}  // namespace troupe::actors
